{{/* What is known of users' pods before there are any: their images, and how large they will be. */}}

{{/* All images that a user's pod may need, as a JSON list without doubles. Takes the context. */}}
{{- define "polder.userImages" -}}
{{- $images := list -}}
{{- $user := .values.singleuser -}}
{{- with $user.image -}}
  {{- if .name -}}{{- $images = append $images (printf "%s:%s" .name (.tag | default "latest" | toString)) -}}{{- end -}}
{{- end -}}
{{- range concat (include "polder.asList" $user.initContainers | fromJsonArray) (include "polder.asList" $user.extraContainers | fromJsonArray) -}}
  {{- with .image -}}{{- $images = append $images . -}}{{- end -}}
{{- end -}}
{{- if .values.prePuller.pullProfileListImages -}}
  {{- range include "polder.asList" $user.profileList | fromJsonArray -}}
    {{- with (.kubespawner_override | default dict).image -}}{{- $images = append $images . -}}{{- end -}}
    {{- range $_, $option := .profile_options | default dict -}}
      {{- range $_, $choice := $option.choices | default dict -}}
        {{- with ($choice.kubespawner_override | default dict).image -}}{{- $images = append $images . -}}{{- end -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- range $_, $image := .values.prePuller.extraImages | default dict -}}
  {{- $images = append $images (printf "%s:%s" $image.name ($image.tag | default "latest" | toString)) -}}
{{- end -}}
{{- $images | uniq | toJson -}}
{{- end -}}

{{- define "polder.asList" -}}
{{- if kindIs "map" . -}}{{- values . | toJson -}}{{- else -}}{{- . | default list | toJson -}}{{- end -}}
{{- end -}}

{{/* Requests and limits of a user's pod, in bytes: K, M, G and T count in steps of 1024 here, as the hub counts. */}}
{{- define "polder.userResources" -}}
{{- $user := .values.singleuser -}}
{{- $requests := dict -}}
{{- $limits := dict -}}
{{- with ($user.cpu | default dict).guarantee -}}{{- $_ := set $requests "cpu" (toString .) -}}{{- end -}}
{{- with ($user.cpu | default dict).limit -}}{{- $_ := set $limits "cpu" (toString .) -}}{{- end -}}
{{- with ($user.memory | default dict).guarantee -}}{{- $_ := set $requests "memory" (include "polder.bytes" .) -}}{{- end -}}
{{- with ($user.memory | default dict).limit -}}{{- $_ := set $limits "memory" (include "polder.bytes" .) -}}{{- end -}}
{{- $extra := $user.extraResource | default dict -}}
{{- range $name, $amount := $extra.guarantees | default dict -}}{{- $_ := set $requests $name $amount -}}{{- end -}}
{{- range $name, $amount := $extra.limits | default dict -}}{{- $_ := set $limits $name $amount -}}{{- end -}}
{{- dict "requests" $requests "limits" $limits | toYaml -}}
{{- end -}}

{{- define "polder.bytes" -}}
{{- $text := toString . -}}
{{- $factor := 1.0 -}}
{{- if hasSuffix "K" $text -}}{{- $factor = 1024.0 -}}
{{- else if hasSuffix "M" $text -}}{{- $factor = 1048576.0 -}}
{{- else if hasSuffix "G" $text -}}{{- $factor = 1073741824.0 -}}
{{- else if hasSuffix "T" $text -}}{{- $factor = 1099511627776.0 -}}
{{- end -}}
{{- mulf (regexReplaceAll "[KMGT]$" $text "" | float64) $factor | int64 -}}
{{- end -}}

{{/* A container that does nothing: the image that the file names for it, or ours. Takes a list: context, image, security. */}}
{{- define "polder.pause" -}}
{{- $context := index . 0 -}}
{{- $image := index . 1 | default dict -}}
- name: pause
  {{- if $image.name }}
  image: {{ printf "%s:%s" $image.name ($image.tag | default "latest" | toString) | quote }}
  {{- with $image.pullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  {{- else }}
  {{- include "polder.image" $context | nindent 2 }}
  command: [sleep, infinity]
  {{- end }}
  securityContext:
    {{- include "polder.containerSecurity" (index . 2) | nindent 4 }}
{{- end -}}

{{/* Takes a list: context, `default`, `image-puller` or `user-placeholder`. */}}
{{- define "polder.priorityClass" -}}
{{- printf "%s-%s" (index . 0).release (include "polder.name" (list (index . 0) (printf "%s-priority" (index . 1)))) -}}
{{- end -}}

{{/*
The name of the scheduler for users' pods; empty where the cluster's own places them. It is software of its own, which is
run only where the file names its image.
*/}}
{{- define "polder.userScheduler" -}}
{{- $scheduler := .values.scheduling.userScheduler -}}
{{- if and $scheduler.enabled ($scheduler.image | default dict).name -}}
{{- printf "%s-%s" .release (include "polder.name" (list . "user-scheduler")) -}}
{{- end -}}
{{- end -}}
