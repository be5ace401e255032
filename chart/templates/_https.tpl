{{/* Who has the certificate: `manual`, `secret`, `offload`, or nothing where the course is reached by http. */}}
{{- define "polder.https" -}}
{{- $https := .values.proxy.https -}}
{{- if $https.enabled -}}
  {{- if eq ($https.type | default "letsencrypt") "letsencrypt" -}}
    {{- /* The first charts wanted https by default, and did nothing about it until hosts were named: the notes say so. */ -}}
    {{- if or $https.hosts (not (has .generation (list "0.8.2" "0.9"))) -}}
      {{- fail "`proxy.https.type: letsencrypt`: this chart does not fetch certificates itself. Let an ingress do it (`ingress.enabled: true`, cert-manager, `proxy.https.enabled: false`), or give a certificate with `type: secret` or `type: manual`." -}}
    {{- end -}}
  {{- else if and (eq $https.type "manual") (not (and $https.manual $https.manual.key $https.manual.cert)) -}}
    {{- fail "`proxy.https.type: manual` needs `proxy.https.manual.key` and `proxy.https.manual.cert`, both in PEM." -}}
  {{- else if and (eq $https.type "secret") (not $https.secret.name) -}}
    {{- fail "`proxy.https.type: secret` needs the name of the Secret: `proxy.https.secret.name`." -}}
  {{- else -}}
    {{- $https.type -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* Not empty where the file says that something stands before the proxies which tells them who asks. */}}
{{- define "polder.front" -}}
{{- if or .values.ingress.enabled .values.httpRoute.enabled (eq (include "polder.https" .) "offload") -}}true{{- end -}}
{{- end -}}

{{/* The Secret with the certificate that the proxy shows; empty where it shows none. */}}
{{- define "polder.tlsSecret" -}}
{{- $type := include "polder.https" . -}}
{{- if eq $type "manual" -}}
{{- include "polder.name" (list . "proxy-public-manual-tls") -}}
{{- else if eq $type "secret" -}}
{{- .values.proxy.https.secret.name -}}
{{- end -}}
{{- end -}}

{{/* Takes a list: context, `key` or `crt`. */}}
{{- define "polder.tlsFile" -}}
{{- $context := index . 0 -}}
{{- if eq (include "polder.https" $context) "secret" -}}
{{- get $context.values.proxy.https.secret (index . 1) -}}
{{- else -}}
tls.{{ index . 1 }}
{{- end -}}
{{- end -}}
