package hooks

// Jsonnet makes the body that [Handler] reads, in Kratos' configuration of a web hook. It has only
// what a [Call] has: no cookies, no form with its CSRF token, no code for a session token, and no
// query of a URL. See https://jsonnet.org/ref/language.html.
const Jsonnet = `local withoutQuery(url) = std.split(url, '?')[0];
local select(object, want) = {
  [name]: object[name]
  for name in std.objectFields(object)
  if want(name)
};
local flowMembers = [
  'id', 'type', 'active', 'state', 'refresh', 'requested_aal', 'return_to', 'organization_id',
  'issued_at', 'expires_at', 'oauth2_login_challenge', 'transient_payload',
];
function(ctx) {
  flow: select(ctx.flow, function(name) std.member(flowMembers, name)),
  flow_action: if ctx.flow.ui == null then '' else withoutQuery(ctx.flow.ui.action),
  flow_request_url: withoutQuery(ctx.flow.request_url),
  [if 'identity' in ctx then 'identity']: ctx.identity,
  [if 'session' in ctx then 'session']: select(ctx.session, function(name) name != 'identity'),
  request_method: ctx.request_method,
  request_url: withoutQuery(ctx.request_url),
  request_headers: if ctx.request_headers == null then {} else {
    [name]: [
      if name == 'Referer' then withoutQuery(value) else value
      for value in ctx.request_headers[name]
    ]
    for name in std.objectFields(ctx.request_headers)
  },
}
`

// CourierJsonnet makes the body that [Courier] reads, in Kratos' configuration of the HTTP courier.
const CourierJsonnet = `function(ctx) {
  recipient: ctx.recipient,
  subject: ctx.subject,
  body: ctx.body,
  [if 'html_body' in ctx then 'html_body']: ctx.html_body,
  message_type: ctx.message_type,
  template_type: ctx.template_type,
  template_data: ctx.template_data,
}
`
