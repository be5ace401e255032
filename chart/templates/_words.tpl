{{/* Small words that all templates share. Those that take a context want the one of "polder.context". */}}

{{/* The root context with the lifted values in place of those given, as JSON where nothing of it is a function. */}}
{{- define "polder.context" -}}
{{- $lifted := include "polder.lifted" . | fromJson -}}
{{- dict "values" $lifted.values "generation" $lifted.generation
  "release" .Release.Name "namespace" .Release.Namespace "service" .Release.Service
  "chart" .Chart.Name "version" .Chart.Version "appVersion" .Chart.AppVersion | toJson -}}
{{- end -}}

{{/* `hub`, or with a prefix where `fullnameOverride` or `nameOverride` asks for one. Takes a list: context, name. */}}
{{- define "polder.name" -}}
{{- $context := index . 0 -}}
{{- $name := index . 1 -}}
{{- $values := $context.values -}}
{{- if not (hasKey $values "fullnameOverride") -}}
{{- printf "%s-%s" $context.release $name | trunc 63 | trimSuffix "-" -}}
{{- else if $values.fullnameOverride -}}
{{- printf "%s-%s" $values.fullnameOverride $name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name -}}
{{- end -}}
{{- end -}}

{{/* What pods are found by. Takes a list: context, component. */}}
{{- define "polder.selector" -}}
{{- $context := index . 0 -}}
app: {{ $context.values.nameOverride | default "jupyterhub" }}
release: {{ $context.release }}
component: {{ index . 1 }}
{{- end -}}

{{/* Takes a list: context, component. */}}
{{- define "polder.labels" -}}
{{- $context := index . 0 -}}
{{ include "polder.selector" . }}
chart: {{ printf "%s-%s" $context.chart $context.version | replace "+" "_" }}
heritage: {{ $context.service }}
app.kubernetes.io/name: {{ $context.values.nameOverride | default "jupyterhub" }}
app.kubernetes.io/instance: {{ $context.release }}
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/managed-by: {{ $context.service }}
{{- end -}}

{{/* Begins and ends with a slash. */}}
{{- define "polder.baseUrl" -}}
{{- $path := .values.hub.baseUrl | default "/" | trimAll "/" -}}
{{- if $path -}}/{{ $path }}/{{- else -}}/{{- end -}}
{{- end -}}

{{/* The host below which each user has a domain, without scheme and port; empty where they have none. */}}
{{- define "polder.subdomainHost" -}}
{{- $traits := (.values.hub.config | default dict).JupyterHub | default dict -}}
{{- $traits.subdomain_host | default "" | trimPrefix "https://" | trimPrefix "http://" | trimSuffix "/" | splitList ":" | first -}}
{{- end -}}

{{/* Names that lead here: those of the file, and where users have domains all below the hub's. Takes a list: context, names. */}}
{{- define "polder.hosts" -}}
{{- $names := index . 1 | default list -}}
{{- $host := include "polder.subdomainHost" (index . 0) -}}
{{- if and $host (has $host $names) -}}
{{- $names = append $names (printf "*.%s" $host) | uniq -}}
{{- end -}}
{{- $names | toJson -}}
{{- end -}}

{{- define "polder.image" -}}
{{- $image := .values.polder.image -}}
image: {{ printf "%s:%s" $image.name ($image.tag | default .appVersion | toString) | quote }}
{{- with $image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- end -}}

{{/* Secrets for pulling: those of the file, and the one that is made of it. Takes a list: context, more of them. */}}
{{- define "polder.imagePullSecrets" -}}
{{- $context := index . 0 -}}
{{- $values := $context.values -}}
{{- $secrets := list -}}
{{- range concat ($values.imagePullSecrets | default list) (index . 1 | default list) -}}
  {{- $secrets = append $secrets (dict "name" (kindIs "map" . | ternary (get (kindIs "map" . | ternary . dict) "name") .)) -}}
{{- end -}}
{{- $made := $values.imagePullSecret | default dict -}}
{{- if and $made.create $made.automaticReferenceInjection -}}
  {{- $secrets = append $secrets (dict "name" (include "polder.name" (list $context "image-pull-secret"))) -}}
{{- end -}}
{{- if $secrets -}}
imagePullSecrets:
{{- $secrets | uniq | toYaml | nindent 2 }}
{{- end -}}
{{- end -}}

{{/* The login to a registry that the file tells, as Docker writes it down; empty where it tells none. */}}
{{- define "polder.pullLogin" -}}
{{- $account := .values.imagePullSecret | default dict -}}
{{- if $account.create -}}
{{- if not (and $account.registry $account.username $account.password) -}}
  {{- fail "`imagePullSecret.create` needs `imagePullSecret.registry`, `.username` and `.password`." -}}
{{- end -}}
{{- $login := dict "username" $account.username "password" $account.password "auth" (printf "%s:%s" $account.username $account.password | b64enc) -}}
{{- with $account.email }}{{ $_ := set $login "email" . }}{{ end -}}
{{- dict "auths" (dict $account.registry $login) | toJson -}}
{{- end -}}
{{- end -}}

{{/* Where a pod runs. Takes a list: context, `core` or `user`, the part's own values. */}}
{{- define "polder.placement" -}}
{{- $context := index . 0 -}}
{{- $purpose := index . 1 -}}
{{- $part := index . 2 | default dict -}}
{{- $pods := get ($context.values.scheduling | default dict) (printf "%sPods" $purpose) | default dict -}}
{{- with $part.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat ($pods.tolerations | default list) ($part.tolerations | default list) }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $match := ($pods.nodeAffinity | default dict).matchNodePurpose -}}
{{- $term := dict "matchExpressions" (list (dict "key" "hub.jupyter.org/node-purpose" "operator" "In" "values" (list $purpose))) }}
{{- if eq $match "require" }}
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms:
        {{- list $term | toYaml | nindent 8 }}
{{- else if eq $match "prefer" }}
affinity:
  nodeAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        preference:
          {{- toYaml $term | nindent 10 }}
{{- end }}
{{- end -}}

{{/*
`extraEnv` in all its forms: a list as the cluster has it, or a map to texts and to entries. Plain values are kept in the Secret
of the hub, where "polder.environmentSecrets" puts them: people write passwords here. Takes a list: Secret, prefix, extraEnv.
*/}}
{{- define "polder.environment" -}}
{{- $secret := index . 0 -}}
{{- $prefix := index . 1 -}}
{{- range include "polder.environmentEntries" (index . 2) | fromJsonArray }}
- name: {{ .name | quote }}
{{- if hasKey . "value" }}
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: {{ printf "%s.%s" $prefix .name | quote }} }
{{- else }}
  {{- omit . "name" | toYaml | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Takes a list: prefix, extraEnv. */}}
{{- define "polder.environmentSecrets" -}}
{{- $prefix := index . 0 -}}
{{- range include "polder.environmentEntries" (index . 1) | fromJsonArray }}
{{- if hasKey . "value" }}
{{ printf "%s.%s" $prefix .name }}: {{ .value | toString | b64enc | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* As a JSON list of entries with a name each. */}}
{{- define "polder.environmentEntries" -}}
{{- $entries := list -}}
{{- if kindIs "slice" . -}}
  {{- $entries = . -}}
{{- else -}}
  {{- range $name, $entry := . -}}
    {{- if kindIs "map" $entry -}}
      {{- $entries = append $entries (set (deepCopy $entry) "name" $name) -}}
    {{- else if not (kindIs "invalid" $entry) -}}
      {{- $entries = append $entries (dict "name" $name "value" $entry) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- toJson $entries -}}
{{- end -}}

{{/* A list, or a map by name, as a list. */}}
{{- define "polder.items" -}}
{{- if kindIs "slice" . -}}
{{- toYaml . -}}
{{- else -}}
{{- values . | toYaml -}}
{{- end -}}
{{- end -}}

{{/* A probe's times, without the flag that switches it on. */}}
{{- define "polder.probe" -}}
{{- omit . "enabled" | toYaml -}}
{{- end -}}

{{/* Nothing that a part of Polder does needs to write to its root, to gain rights, or to be root. */}}
{{- define "polder.containerSecurity" -}}
{{- $usual := dict "runAsNonRoot" true "runAsUser" 1000 "runAsGroup" 1000 "allowPrivilegeEscalation" false
  "readOnlyRootFilesystem" true "capabilities" (dict "drop" (list "ALL")) "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- include "polder.overlay" (dict "base" $usual "over" (. | default dict)) -}}
{{- toYaml $usual -}}
{{- end -}}

{{/*
How many pods may be away at once. Takes a list: the file's words, how many there are. One pod that must always be there
would keep its node from ever being emptied.
*/}}
{{- define "polder.budget" -}}
{{- $pdb := index . 0 -}}
{{- if not (kindIs "invalid" $pdb.maxUnavailable) -}}
maxUnavailable: {{ $pdb.maxUnavailable }}
{{- else if gt (int (index . 1)) 1 -}}
minAvailable: {{ kindIs "invalid" $pdb.minAvailable | ternary 1 $pdb.minAvailable }}
{{- else -}}
maxUnavailable: 1
{{- end -}}
{{- end -}}
