//! The way out: queues, exporters and their threads. They are made when there is first something to send, and emptied at the end
//! within a limit.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::{SpanContext, SpanKind, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry::{Context, InstrumentationScope, Key, KeyValue};
use opentelemetry_otlp::{MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Config, SamplingDecision, ShouldSample, SpanData, SpanProcessor};

use crate::client::Client;
use crate::meters::Meters;
use crate::options::Options;
use crate::servers::Servers;

/// How long the program waits at its end for what is still to be sent.
const AT_THE_END: Duration = Duration::from_secs(3);

/// How long a request may take where `OTEL_EXPORTER_OTLP_TIMEOUT` does not say.
const REQUEST: Duration = Duration::from_secs(10);

/// Tells tracing systems what happens. A cheap handle.
#[derive(Clone)]
pub struct Telemetry(Arc<Inner>);

struct Inner {
    options: Options,
    pipeline: OnceLock<Pipeline>,
    servers: Mutex<Servers>,
}

/// What sends.
pub(crate) struct Pipeline {
    pub(crate) scope: InstrumentationScope,
    spans: Option<Spans>,
    metrics: Option<(SdkMeterProvider, Meters)>,
}

struct Spans {
    queue: BatchSpanProcessor,
    sampler: Box<dyn ShouldSample>,
}

impl Telemetry {
    /// Tells what is asked for. Nothing is touched before there is something to tell.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self(Arc::new(Inner { options, pipeline: OnceLock::new(), servers: Mutex::default() }))
    }

    /// What sends, made now if need be: on the present tokio runtime.
    pub(crate) fn pipeline(&self) -> &Pipeline {
        self.0.pipeline.get_or_init(|| Pipeline::new(&self.0.options))
    }

    pub(crate) fn servers<T>(&self, look: impl FnOnce(&mut Servers) -> T) -> T {
        look(&mut self.0.servers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends what is still to be sent, within three seconds. What happens afterwards is not told any more.
    pub async fn shutdown(&self) {
        if self.0.pipeline.get().is_none() {
            return;
        }
        let (spans, metrics) = (self.clone(), self.clone());
        let spans = tokio::task::spawn_blocking(move || spans.pipeline().end_spans());
        let metrics = tokio::task::spawn_blocking(move || metrics.pipeline().end_metrics());
        let ended = tokio::time::timeout(AT_THE_END, async { drop((spans.await, metrics.await)) }).await;
        if ended.is_err() {
            tracing::warn!("not all that was told of runs could be sent within {AT_THE_END:?}; the rest is lost");
        }
    }
}

impl Pipeline {
    fn new(options: &Options) -> Self {
        let resource = resource();
        let scope = InstrumentationScope::builder("patchbay").with_version(env!("CARGO_PKG_VERSION")).build();
        let client = said(Client::new(limit()).map_err(Into::into));
        let spans =
            options.traces.as_deref().zip(client.clone()).and_then(|(address, client)| said(Spans::new(address, client, &resource)));
        let metrics = options.metrics.as_deref().zip(client).and_then(|(address, client)| said(provider(address, client, resource)));
        let metrics = metrics.map(|provider| {
            let meters = Meters::of(&provider.meter_with_scope(scope.clone()));
            (provider, meters)
        });
        Self { scope, spans, metrics }
    }

    pub(crate) fn meters(&self) -> Option<&Meters> {
        self.metrics.as_ref().map(|(_, meters)| meters)
    }

    /// Whether a run's spans are told, and what a tracing system keeps with them.
    pub(crate) fn sample(&self, parent: Option<&SpanContext>, trace: TraceId, name: &str, kind: &SpanKind) -> (TraceFlags, TraceState) {
        let Some(spans) = &self.spans else {
            // Spans are told by nobody here; whoever is called may tell theirs, if the caller does.
            let flags = parent.map_or(TraceFlags::NOT_SAMPLED, SpanContext::trace_flags);
            return (flags, parent.map(|parent| parent.trace_state().clone()).unwrap_or_default());
        };
        let context = parent.map_or_else(Context::new, |parent| Context::new().with_remote_span_context(parent.clone()));
        let sampled = spans.sampler.should_sample(Some(&context), trace, name, kind, &[], &[]);
        let is_told = sampled.decision == SamplingDecision::RecordAndSample;
        (if is_told { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED }, sampled.trace_state)
    }

    /// Puts a span into the queue. One that finds it full is lost; nobody waits.
    pub(crate) fn tell(&self, span: SpanData) {
        if let Some(spans) = self.spans.as_ref().filter(|_| span.span_context.is_sampled()) {
            spans.queue.on_end(span);
        }
    }

    fn end_spans(&self) {
        if let Some(spans) = &self.spans {
            // What could not be sent was said by the client.
            drop(spans.queue.shutdown_with_timeout(AT_THE_END));
        }
    }

    fn end_metrics(&self) {
        if let Some((provider, _)) = &self.metrics {
            drop(provider.shutdown_with_timeout(AT_THE_END));
        }
    }
}

impl Spans {
    fn new(address: &str, client: Client, resource: &Resource) -> Result<Self, Box<dyn std::error::Error>> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(address)
            .with_http_client(client)
            .build()?;
        let mut queue = BatchSpanProcessor::new(exporter, BatchConfigBuilder::default().build());
        queue.set_resource(resource);
        // It is the library's reading of `OTEL_TRACES_SAMPLER`.
        Ok(Self { queue, sampler: Config::default().sampler })
    }
}

fn provider(address: &str, client: Client, resource: Resource) -> Result<SdkMeterProvider, Box<dyn std::error::Error>> {
    let exporter = MetricExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(address)
        .with_http_client(client)
        .build()?;
    Ok(SdkMeterProvider::builder().with_reader(PeriodicReader::builder(exporter).build()).with_resource(resource).build())
}

/// Who sends: as the variables of the standard say, or else `patchbay`.
fn resource() -> Resource {
    let told = Resource::builder().build();
    let is_named = told.get(&Key::new("service.name")).is_some_and(|name| !name.as_str().starts_with("unknown_service"));
    let version = told.get(&Key::new("service.version")).is_none().then(|| KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    let name = (!is_named).then(|| KeyValue::new("service.name", "patchbay"));
    Resource::builder().with_attributes(name.into_iter().chain(version)).build()
}

fn limit() -> Duration {
    let said = std::env::var("OTEL_EXPORTER_OTLP_TIMEOUT").ok().and_then(|value| value.trim().parse().ok());
    said.map_or(REQUEST, Duration::from_millis)
}

/// What cannot be made ready is said, and done without.
fn said<T>(made: Result<T, Box<dyn std::error::Error>>) -> Option<T> {
    made.inspect_err(|error| tracing::warn!("nothing can be told of runs: {error}")).ok()
}
