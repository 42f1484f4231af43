//! What rmcp asks of a server, answered from an offer: one face for each session. Knows nothing of transports.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CompleteRequestMethod, CompleteRequestParams, CompleteResult, CustomRequest, CustomResult,
    ErrorCode, ErrorData, Implementation, InitializeRequestParams, InitializeResult, ListPromptsRequestMethod, ListPromptsResult,
    ListResourceTemplatesRequestMethod, ListResourceTemplatesResult, ListResourcesRequestMethod, ListResourcesResult, ListToolsResult,
    PaginatedRequestParams, ProgressNotificationParam, ProgressToken, ProtocolVersion, ServerCapabilities, ServerConfig,
    SubscriptionFilter,
};
use rmcp::service::{NotificationContext, Peer, RequestContext, RoleServer, SubscriptionContext};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::catalog::Catalog;
use super::{Again, Answer, Asker, Asks, Filled, ProgressReport, Request};
use crate::tool::{CallResult, Progress, TraceContext};

/// Steps of progress that may wait for a slow client.
const STEPS: usize = 1024;

/// How long the last steps of progress may hold up the result.
const LAST_STEPS: Duration = Duration::from_secs(1);

/// One session's view of the offer.
pub(super) struct Face {
    catalog: Arc<Catalog>,
    alive: CancellationToken,
    _ends: DropGuard,
}

impl Face {
    pub(super) fn new(catalog: Arc<Catalog>) -> Self {
        let alive = CancellationToken::new();
        Self { catalog, _ends: alive.clone().drop_guard(), alive }
    }

    /// To be rung when there is nobody left to tell of changes.
    pub(super) fn client_gone(&self) -> CancellationToken {
        self.alive.clone()
    }

    /// What a call goes on with. One that names nothing of ours must not begin anything anew: it would be done twice.
    async fn again(&self, params: &CallToolRequestParams) -> Result<Option<Again>, ErrorData> {
        let refused =
            |why: &str| Err(ErrorData::invalid_params(format!("this call of `{}` goes on with nothing: {why}", params.name), None));
        let Some(state) = &params.request_state else {
            return match params.input_responses {
                None => Ok(None),
                Some(_) => refused("it has `inputResponses` and no `requestState`"),
            };
        };
        let state = match self.catalog.open(&params.name, state).await {
            Ok(state) => state,
            Err(error) => return refused(&error.to_string()),
        };
        let answers = params.input_responses.clone().unwrap_or_default().into_iter();
        // What is no answer is as good as none: it is asked again.
        let answers = answers.filter_map(|(name, answer)| Some((name, Filled::of(answer)?))).collect();
        Ok(Some(Again { state, answers }))
    }
}

/// How the person at this client can be asked something.
fn asks(context: &RequestContext<RoleServer>) -> Asks {
    let can = context.client_capabilities().and_then(|can| can.elicitation);
    // A client that says no more than that it can has forms: they are older than what came beside them.
    let has_forms = can.is_some_and(|can| can.form.is_some() || can.url.is_none());
    if !has_forms {
        return Asks::Nowhere;
    }
    match context.protocol_version() {
        Some(version) if version >= ProtocolVersion::V_2026_07_28 => Asks::Between,
        _ => Asks::Meanwhile(Asker::new(context.peer.clone())),
    }
}

impl ServerHandler for Face {
    fn get_info(&self) -> ServerConfig {
        let identity = self.catalog.offer().identity();
        let mut me = Implementation::new(identity.name, identity.version);
        me.title = identity.title;
        let capabilities = ServerCapabilities::builder().enable_tools().enable_tool_list_changed().build();
        let mut config =
            ServerConfig::new(capabilities).with_server_info(me).with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE);
        config.instructions = identity.instructions;
        config
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        let answer = self.negotiate_initialize(&request)?;
        // What counts from now on is what was agreed on, not what was asked for.
        context.peer.set_peer_info(request.with_protocol_version(answer.protocol_version.clone()));
        Ok(answer)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.catalog.tools().to_vec()))
    }

    // rmcp answers these with empty lists, which would claim features that are not offered.

    async fn complete(&self, _request: CompleteRequestParams, _context: RequestContext<RoleServer>) -> Result<CompleteResult, ErrorData> {
        Err(ErrorData::method_not_found::<CompleteRequestMethod>())
    }

    async fn list_prompts(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListPromptsRequestMethod>())
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListResourcesRequestMethod>())
    }

    async fn list_resource_templates(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListResourceTemplatesRequestMethod>())
    }

    /// rmcp takes a request that it cannot read for one of a method that it does not know.
    async fn on_custom_request(&self, request: CustomRequest, _context: RequestContext<RoleServer>) -> Result<CustomResult, ErrorData> {
        match &*request.method {
            "tools/call" | "tools/list" => {
                Err(ErrorData::invalid_params(format!("the parameters of `{}` cannot be read", request.method), None))
            }
            method => Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, format!("method `{method}` is not known"), None)),
        }
    }

    fn get_tool(&self, name: &str) -> Option<rmcp::model::Tool> {
        self.catalog.tool(name)
    }

    async fn call_tool(&self, params: CallToolRequestParams, context: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        if !self.catalog.tools().iter().any(|tool| tool.name == params.name) {
            return Err(ErrorData::invalid_params(format!("there is no tool `{}`", params.name), None));
        }
        let (progress, forwarding) = match context.meta.get_progress_token() {
            Some(token) => {
                let (steps, told) = mpsc::channel(STEPS);
                (ProgressReport(Some(steps)), Some(Forwarding { peer: context.peer.clone(), token, told }))
            }
            None => (ProgressReport::default(), None),
        };
        let again = self.again(&params).await?;
        let tool = params.name.into_owned();
        let request = Request {
            tool: tool.clone(),
            arguments: params.arguments.unwrap_or_default(),
            progress,
            trace: trace_of(&context),
            cancel: context.ct.clone(),
            client: context.client_info().map(|client| client.name),
            asks: asks(&context),
            again,
        };
        let offer = self.catalog.offer().clone();
        let call = async move {
            let call = AssertUnwindSafe(async { offer.call(request).await });
            // A caller that is never answered would wait for ever.
            let broken = |_| Answer::Done(CallResult::failed("the tool broke down; this is a fault in Patchbay"));
            call.catch_unwind().await.unwrap_or_else(broken)
        };
        let answer = match forwarding {
            Some(forwarding) => forwarding.beside(call).await,
            None => call.await,
        };
        let response = self.catalog.response(&tool, answer).await;
        response.map_err(|error| ErrorData::internal_error(format!("the call of `{tool}` cannot be gone on with: {error}"), None))
    }

    /// In the older era every session is told of changes.
    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        let mut changes = self.catalog.changes();
        let alive = self.alive.clone();
        tokio::spawn(async move {
            let telling = async {
                while changes.changed().await.is_ok() {
                    if let Err(error) = context.peer.notify_tool_list_changed().await {
                        tracing::debug!(%error, "a client cannot be told of changed tools");
                        return;
                    }
                }
            };
            alive.run_until_cancelled(telling).await;
        });
    }

    /// In the newer era those are told who ask for it.
    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.intersection(&SubscriptionFilter::builder().tools_list_changed().build()))
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.catalog.changes();
        let wanted = context.accepted().tools_list_changed == Some(true);
        loop {
            tokio::select! {
                () = context.cancelled() => return Ok(()),
                () = self.alive.cancelled() => return Ok(()),
                changed = changes.changed(), if wanted => {
                    if changed.is_err() || context.sink().notify_tool_list_changed().await.is_err() {
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// Where in a trace a caller stands. What is said in the request itself comes before what is said of its transport.
fn trace_of(context: &RequestContext<RoleServer>) -> Option<TraceContext> {
    if let Some(parent) = context.meta.get_traceparent() {
        return Some(TraceContext { parent: parent.to_owned(), state: context.meta.get_tracestate().map(str::to_owned) });
    }
    let headers = &context.extensions.get::<http::request::Parts>()?.headers;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Some(TraceContext { parent: header("traceparent")?, state: header("tracestate") })
}

/// Carries steps of progress to a client, in their order and before the result.
struct Forwarding {
    peer: Peer<RoleServer>,
    token: ProgressToken,
    told: mpsc::Receiver<Progress>,
}

impl Forwarding {
    async fn beside<T>(self, call: impl Future<Output = T>) -> T {
        let over = CancellationToken::new();
        let mut call = std::pin::pin!(call);
        // The same future to its end: a step that is on its way when the call ends must not be overtaken.
        let mut forward = std::pin::pin!(self.forward(&over));
        let answer = tokio::select! {
            answer = &mut call => answer,
            () = &mut forward => return call.await,
        };
        over.cancel();
        drop(tokio::time::timeout(LAST_STEPS, forward).await);
        answer
    }

    /// Forwards until the other end is gone, or the client; once it is `over`, what is there already.
    async fn forward(mut self, over: &CancellationToken) {
        loop {
            let step = tokio::select! {
                biased;
                step = self.told.recv() => step,
                () = over.cancelled(), if !self.told.is_closed() => {
                    // Whoever still has the other end, in a task of its own, has no more to say.
                    self.told.close();
                    continue;
                }
            };
            let Some(step) = step else { return };
            let mut params = ProgressNotificationParam::new(self.token.clone(), step.progress);
            params.total = step.total;
            params.message = step.message;
            if self.peer.notify_progress(params).await.is_err() {
                return;
            }
        }
    }
}
