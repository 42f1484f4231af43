// Node-RED with nothing that the bench does not ask for: no editor, no telemetry, no notes while it runs.
module.exports = {
  flowFile: "flows.json",
  uiHost: "127.0.0.1",
  httpAdminRoot: false,
  credentialSecret: false,
  telemetry: { enabled: false, updateNotification: false },
  diagnostics: { enabled: false },
  runtimeState: { enabled: false },
  externalModules: { palette: { allowInstall: false }, modules: { allowInstall: false } },
  logging: { console: { level: "error", metrics: false, audit: false } },
};
