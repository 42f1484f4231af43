//! Asks the person at the terminal for something that must not be seen. The terminal gets its echo back however the program
//! ends.

use std::io;

use app::vault::Secret;

/// Asks `question`, and takes the line that is typed. The terminal shows none of it.
pub(crate) fn ask(question: &str) -> io::Result<Secret> {
    terminal::ask(question)
}

/// Gives the terminal its echo back, where a question was left unanswered. Safe to call at any time.
pub(crate) fn restore() {
    terminal::restore();
}

#[cfg(unix)]
mod terminal {
    use std::fs::File;
    use std::io::{self, BufRead, BufReader, Write};
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use app::vault::Secret;
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// The terminal as it was, while it is silent.
    static BEFORE: Mutex<Option<(File, Termios)>> = Mutex::new(None);

    fn before() -> MutexGuard<'static, Option<(File, Termios)>> {
        BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ask(question: &str) -> io::Result<Secret> {
        let mut terminal = File::options().read(true).write(true).open("/dev/tty")?;
        // Before the question: who sees it may type at once.
        silence(&terminal)?;
        let answer = write!(terminal, "{question}").and_then(|()| terminal.flush()).and_then(|()| read(&terminal));
        restore();
        answer
    }

    fn read(terminal: &File) -> io::Result<Secret> {
        // Long enough that a usual line is never moved, which would leave a copy in memory.
        let mut line = String::with_capacity(4096);
        let count = BufReader::new(terminal).read_line(&mut line)?;
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        if count == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(Secret::new(line)) }
    }

    fn silence(terminal: &File) -> io::Result<()> {
        let known = tcgetattr(terminal)?;
        let mut silent = known.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        silent.local_modes.insert(LocalModes::ECHONL);
        *before() = Some((terminal.try_clone()?, known));
        Ok(tcsetattr(terminal, OptionalActions::Flush, &silent)?)
    }

    pub(super) fn restore() {
        if let Some((terminal, known)) = before().take()
            && let Err(error) = tcsetattr(terminal, OptionalActions::Now, &known)
        {
            tracing::warn!(%error, "the terminal could not be given its echo back; type `stty echo`");
        }
    }
}

#[cfg(not(unix))]
mod terminal {
    use std::io;

    use app::vault::Secret;

    pub(super) fn ask(question: &str) -> io::Result<Secret> {
        rpassword::prompt_password(question).map(Secret::new)
    }

    pub(super) fn restore() {
        // Windows has its consoles' modes per program.
    }
}
