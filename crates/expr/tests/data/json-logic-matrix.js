// Writes json-logic-matrix.json: what json-logic-js answers for every operator over every kind of operand.
// npm install json-logic-js@2.0.5 && node json-logic-matrix.js > json-logic-matrix.json
const logic = require('json-logic-js');
console.log = () => {}; // The operator `log` prints.

const all = [null, true, false, 0, 1, -1, 2.5, 10, '', '0', '1', 'a', 'b', ' 2 ', 'abc', '-1.5x', '1e3', 'Infinity', '0x10',
  [], [0], [1], ['a'], [1, 2], [[1]], {}, {a: 1}];
const few = [null, true, 0, 1, 2, '1', '2', 'b', []];
const [a, b, c] = ['a', 'b', 'c'].map((name) => ({var: name}));
const groups = [];
const group = (rule, ...operands) => groups.push({rule, operands});

for (const op of ['!', '!!', '+', '*', '-', '/', '%', 'min', 'max', 'cat', 'merge', 'if', 'and', 'or', '==', '===', '<', 'in', 'substr', 'log'])
  group({[op]: [a]}, all);
for (const op of ['+', '-', 'min', 'max', 'cat', 'merge', 'if', 'and', 'or', '!', '!!', '==', 'missing']) group({[op]: []}, [null]);
for (const op of ['==', '===', '!=', '!==', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', 'min', 'max', 'cat', 'merge', 'in', 'and', 'or', 'substr', '?:'])
  group({[op]: [a, b]}, all, all);
for (const op of ['<', '<=']) group({[op]: [a, b, c]}, few, few, few);
for (const op of ['+', '*', 'cat', 'min', 'max', 'merge', 'and', 'or', '?:']) group({[op]: [a, b, c]}, few, few, few);
group({if: [a, 'then', b, 'second', 'else']}, all, all);
for (const op of ['map', 'filter', 'all', 'some', 'none']) group({[op]: [a, {'+': [{var: ''}, 1]}]}, all);
for (const op of ['map', 'filter', 'all', 'some', 'none']) group({[op]: [a, {'>=': [{var: 'a'}, 1]}]}, [...all, [{a: 1}, {a: 0}], [{a: 2}, {b: 1}]]);
group({map: [a, {var: ['a', 'default']}]}, [[{a: 1}, {a: null}, {b: 1}, 'text', ['x'], null]]);
group({map: [a, {var: 'length'}]}, [['text', [1, 2], {length: 5}, 1, null]]);
group({map: [a, {var: '0'}]}, [['text', [1, 2], {0: 5}, 1, null]]);
group({map: [a, {missing: ['a', 'b.c']}]}, [[{a: 1}, {b: {c: ''}}, {a: null, b: {c: 0}}, 1]]);
group({map: [a, {missing_some: [1, ['a', 'b', 'c']]}]}, [[{a: 1}, {b: ''}, {}, 1]]);
group({reduce: [a, {'+': [{var: 'current'}, {var: 'accumulator'}]}, b]}, all, few);
group({reduce: [a, {max: [{var: 'current.a'}, {var: 'accumulator'}]}, b]}, [[{a: 1}, {a: 7}], [], null], few);
group({'/': [{'/': [a, b]}, c]}, [0, 1, -1], [0, 1], [0, 1, -1]);
group({cat: ['<', {'/': [a, b]}, '>']}, [0, 1, -1, 1e21, 123456789012, 1e-7], [0, 3]);
group({substr: [a, b, c]}, all, [0, 1, -1, -2, 5, null, '1'], [1, -1, 0, null, '2', '-1']);
group({in: [a, [null, true, 1, '1', [], {}]]}, all);

const cartesian = (lists) => lists.reduce((rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])), [[]]);
const show = (value) => {
  if (value === undefined) return 'is undefined';
  if (typeof value === 'number' && !Number.isFinite(value)) return `is ${value}`;
  return Object.is(value, -0) ? 0 : value;
};
for (const group of groups) {
  group.results = [];
  group.truths = '';
  for (const row of cartesian(group.operands)) {
    // Fresh values each time: JavaScript tells arrays and objects apart by where they are.
    const [a, b, c] = JSON.parse(JSON.stringify(row));
    let result = 'throws';
    try { result = show(logic.apply(group.rule, {a, b, c})); } catch { /* as its result says */ }
    group.results.push(result);
    group.truths += result === 'throws' ? '?' : Number(logic.truthy(logic.apply(group.rule, {a, b, c})));
  }
}
process.stdout.write('[\n' + groups.map((group) => JSON.stringify(group)).join(',\n') + '\n]\n');
