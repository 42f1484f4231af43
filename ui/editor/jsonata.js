// JSONata, token by token: enough for colours and brackets. It does not parse.

const WORDS = /^(?:and|or|in|function)\b|^[λ]/;
const ATOMS = /^(?:true|false|null)\b/;
const NAME = /^[\p{L}_][\p{L}\p{N}_]*/u;
const OPERATOR = /^(?::=|\.\.|~>|!=|<=|>=|\*\*|\?\?|\?:|[-+*/%=<>&|@#^?:.!~])/;

export const jsonata = {
  name: "jsonata",
  startState: () => ({ isComment: false, quote: "", mayDivide: false }),
  copyState: (state) => ({ ...state }),
  token,
  languageData: { commentTokens: { block: { open: "/*", close: "*/" } }, closeBrackets: { brackets: ["(", "[", "{", "'", '"', "`"] } },
};

function token(stream, state) {
  if (state.isComment) return comment(stream, state);
  if (state.quote) return quoted(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match("/*")) {
    state.isComment = true;
    return comment(stream, state);
  }
  const { mayDivide } = state;
  // A slash after a value divides; anywhere else it begins a pattern.
  state.mayDivide = true;
  if (!mayDivide && stream.match(/^\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\])+\/[im]*/)) return "regexp";
  if (stream.match(/^(?:\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)/)) return "number";
  const next = stream.peek();
  if (next === '"' || next === "'" || next === "`") {
    state.quote = stream.next();
    return quoted(stream, state);
  }
  if (stream.match(ATOMS)) return "atom";
  if (stream.match(WORDS)) {
    state.mayDivide = false;
    return "keyword";
  }
  if (stream.eat("$")) {
    const isNamed = stream.match(NAME);
    if (!isNamed) stream.eat("$");
    return isNamed && stream.match(/^\s*\(/, false) ? "variableName.function" : "variableName.special";
  }
  if (stream.match(NAME)) return "propertyName";
  if (stream.match(/^[)\]}]/)) return "bracket";
  state.mayDivide = false;
  if (stream.match(/^[([{]/)) return "bracket";
  if (stream.match(/^[,;]/)) return "separator";
  if (stream.match(OPERATOR)) return "operator";
  stream.next();
  return "invalid";
}

function comment(stream, state) {
  if (stream.match(/^.*?\*\//)) state.isComment = false;
  else stream.skipToEnd();
  return "comment";
}

/** A text, or a name in back-ticks, which has no escapes; both may go on over lines. */
function quoted(stream, state) {
  const { quote } = state;
  let isEscaped = false;
  while (!stream.eol()) {
    const next = stream.next();
    if (next === quote && !isEscaped) {
      state.quote = "";
      state.mayDivide = true;
      break;
    }
    isEscaped = quote !== "`" && next === "\\" && !isEscaped;
  }
  return quote === "`" ? "propertyName" : "string";
}
