{{/* `extraFiles`: where each is mounted, and one of `data`, `stringData` and `binaryData`. They are kept in Secrets. */}}

{{/* Entries of a Secret's `data`. Takes a list: what comes before the names, extraFiles. */}}
{{- define "polder.fileData" -}}
{{- $prefix := index . 0 -}}
{{- range $name, $file := index . 1 }}
{{ printf "%s%s" $prefix $name | quote }}: {{ include "polder.fileContent" $file | quote }}
{{- end }}
{{- end -}}

{{/* Of one file, in base64. A map or list is written in the format that the file's name ends in. */}}
{{- define "polder.fileContent" -}}
{{- if hasKey . "binaryData" -}}
{{- regexReplaceAll "\\s" .binaryData "" -}}
{{- else if hasKey . "stringData" -}}
{{- b64enc .stringData -}}
{{- else if kindIs "string" .data -}}
{{- b64enc .data -}}
{{- else if hasSuffix ".json" .mountPath -}}
{{- toJson .data | b64enc -}}
{{- else if hasSuffix ".toml" .mountPath -}}
{{- toToml .data | b64enc -}}
{{- else -}}
{{- toYaml .data | b64enc -}}
{{- end -}}
{{- end -}}

{{/* `items` of the volume that holds them. Takes a list: what comes before the names in the Secret, extraFiles. */}}
{{- define "polder.fileItems" -}}
{{- $prefix := index . 0 -}}
{{- range $name, $file := index . 1 }}
- key: {{ printf "%s%s" $prefix $name | quote }}
  path: {{ $name | quote }}
  {{- with $file.mode }}
  mode: {{ int . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* `volumeMounts` of the volume `files`. Takes extraFiles. */}}
{{- define "polder.fileMounts" -}}
{{- range $name, $file := . }}
- name: files
  mountPath: {{ $file.mountPath | quote }}
  subPath: {{ $name | quote }}
  readOnly: true
{{- end }}
{{- end -}}
