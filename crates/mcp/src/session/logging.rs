//! Asks a server for its log messages, in the way of either era. Knows nothing of the messages.
#![expect(deprecated, reason = "deprecated in the newest version of the protocol, and all that any version has")]

use rmcp::model::{ClientRequest, LoggingLevel, RequestMetaObject, SetLevelRequest, SetLevelRequestParams};

use crate::event::LogLevel;

/// The request that asks for messages of a whole session, in the older era.
pub(super) fn request(level: LogLevel) -> ClientRequest {
    ClientRequest::SetLevelRequest(SetLevelRequest::new(SetLevelRequestParams::new(theirs(level))))
}

/// Asks for messages of the one request that carries `meta`, in the newer era.
pub(super) fn ask_in(meta: &mut RequestMetaObject, level: LogLevel) {
    meta.set_log_level(theirs(level));
}

fn theirs(level: LogLevel) -> LoggingLevel {
    match level {
        LogLevel::Debug => LoggingLevel::Debug,
        LogLevel::Info => LoggingLevel::Info,
        LogLevel::Notice => LoggingLevel::Notice,
        LogLevel::Warning => LoggingLevel::Warning,
        LogLevel::Error => LoggingLevel::Error,
        LogLevel::Critical => LoggingLevel::Critical,
        LogLevel::Alert => LoggingLevel::Alert,
        LogLevel::Emergency => LoggingLevel::Emergency,
    }
}
