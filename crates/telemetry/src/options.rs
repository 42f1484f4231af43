//! Whether anything is sent, and where to: the flag of the command line, and the variables of the standard. Those that concern how
//! it is sent (headers, time limits, queues, the resource) are read by the library that sends.

/// What is sent, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The address that spans are sent to; none where none are.
    pub(crate) traces: Option<String>,
    /// The address that metrics are sent to; none where none are.
    pub(crate) metrics: Option<String>,
}

/// Why nothing can be sent as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// An address that is none.
    #[error("`{address}`, which {asked_by} names, is no address that traces can be sent to; give one such as `http://localhost:4318`")]
    Address {
        /// The address.
        address: String,
        /// The flag or the variable.
        asked_by: &'static str,
    },
    /// A form in which nothing is sent here.
    #[error("`{protocol}`, which {asked_by} asks for, is not a form in which Patchbay sends; use `http/protobuf`, which is at port 4318")]
    Protocol {
        /// The form.
        protocol: String,
        /// The variable.
        asked_by: &'static str,
    },
}

const FLAG: &str = "--otlp";
const DISABLED: &str = "OTEL_SDK_DISABLED";
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";

/// What is sent, each by its own exporter.
struct Signal {
    path: &'static str,
    endpoint: &'static str,
    protocol: &'static str,
    exporter: &'static str,
}

const TRACES: Signal = Signal {
    path: "v1/traces",
    endpoint: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    protocol: "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    exporter: "OTEL_TRACES_EXPORTER",
};

const METRICS: Signal = Signal {
    path: "v1/metrics",
    endpoint: "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    protocol: "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL",
    exporter: "OTEL_METRICS_EXPORTER",
};

impl Options {
    /// What the flag (the address of a receiver, such as `http://localhost:4318`) and the environment's variables ask for; none where
    /// they ask for nothing. The flag comes before the variables that name addresses.
    ///
    /// # Errors
    /// Where an address is none, or another form than `http/protobuf` is asked for.
    pub fn read(flag: Option<&str>, variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<Self>, Error> {
        let variable = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        if variable(DISABLED).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        let (traces, metrics) = (TRACES.address(flag, &variable)?, METRICS.address(flag, &variable)?);
        Ok((traces.is_some() || metrics.is_some()).then_some(Self { traces, metrics }))
    }
}

impl Signal {
    fn address(&self, flag: Option<&str>, variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<String>, Error> {
        if variable(self.exporter).is_some_and(|exporter| exporter != "otlp") {
            return Ok(None);
        }
        let beneath = |base: &str| format!("{}/{}", base.trim_end_matches('/'), self.path);
        let (address, asked_by) = if let Some(base) = flag {
            (checked(beneath(base), FLAG)?, FLAG)
        } else if let Some(own) = variable(self.endpoint) {
            (checked(own, self.endpoint)?, self.endpoint)
        } else if let Some(base) = variable(ENDPOINT) {
            (checked(beneath(&base), ENDPOINT)?, ENDPOINT)
        } else {
            return Ok(None);
        };
        // Who names an address on the command line has read which form it takes.
        for name in [self.protocol, PROTOCOL].into_iter().filter(|_| asked_by != FLAG) {
            if let Some(protocol) = variable(name) {
                return if protocol == "http/protobuf" { Ok(Some(address)) } else { Err(Error::Protocol { protocol, asked_by: name }) };
            }
        }
        Ok(Some(address))
    }
}

/// An address that can be sent to. What it holds of a name and a password is not shown.
fn checked(address: String, asked_by: &'static str) -> Result<String, Error> {
    match reqwest::Url::parse(&address) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(address),
        Ok(_) | Err(_) => Err(Error::Address { address: shown(&address), asked_by }),
    }
}

/// An address without the name and the password that it may hold.
pub(crate) fn shown(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if scheme.is_empty() { format!("{host}{path}") } else { format!("{scheme}://{host}{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(flag: Option<&str>, variables: &[(&str, &str)], expected: &str) {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let told = match Options::read(flag, &variable) {
            Ok(None) => "nothing".to_owned(),
            Ok(Some(Options { traces, metrics })) => format!("{} {}", traces.as_deref().unwrap_or("-"), metrics.as_deref().unwrap_or("-")),
            Err(error) => error.to_string(),
        };
        assert!(told.starts_with(expected), "of {flag:?} and {variables:?}: {told}");
    }

    #[test]
    fn nothing_is_sent_unless_somebody_asks_for_it() {
        check(None, &[], "nothing");
        check(None, &[("OTEL_SERVICE_NAME", "home")], "nothing");
        check(None, &[("OTEL_EXPORTER_OTLP_ENDPOINT", " ")], "nothing");
        check(Some("http://here:4318"), &[("OTEL_SDK_DISABLED", "true")], "nothing");
    }

    #[test]
    fn an_address_for_all_gets_a_path_and_an_address_for_one_is_taken_as_it_is() {
        check(Some("http://here:4318/"), &[], "http://here:4318/v1/traces http://here:4318/v1/metrics");
        check(None, &[("OTEL_EXPORTER_OTLP_ENDPOINT", "https://a/b")], "https://a/b/v1/traces https://a/b/v1/metrics");
        check(None, &[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://t/x")], "http://t/x -");
        let both = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a"), ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m/x")];
        check(None, &both, "http://a/v1/traces http://m/x");
        check(Some("http://flag"), &both, "http://flag/v1/traces http://flag/v1/metrics");
        check(Some("http://flag"), &[("OTEL_METRICS_EXPORTER", "none")], "http://flag/v1/traces -");
    }

    #[test]
    fn what_cannot_be_sent_to_is_refused_without_its_password() {
        check(Some("here:4318"), &[], "`here:4318/v1/traces`, which --otlp names");
        check(Some("ftp://me:hidden@here/x"), &[], "`ftp://here/x/v1/traces`, which --otlp names");
        let grpc = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4317"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
        check(None, &grpc, "`grpc`, which OTEL_EXPORTER_OTLP_PROTOCOL asks for");
        check(Some("http://flag"), &grpc, "http://flag/v1/traces http://flag/v1/metrics");
        let of_one = [grpc[0], grpc[1], ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"), ("OTEL_METRICS_EXPORTER", "none")];
        check(None, &of_one, "http://a:4317/v1/traces -");
    }
}
