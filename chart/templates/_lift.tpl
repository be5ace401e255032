{{/*
From the values as they were given to those that count: old names moved to today's, and the defaults of the generation below.
The tables are written from the hub's own (`polder config chart`), so that both read a file alike. Maps are changed in place.
*/}}

{{/* Everything that templates read, as JSON: {"values": …, "generation": …}. Takes the root context. */}}
{{- define "polder.lifted" -}}
{{- $tables := .Files.Get "files/tables.json" | fromJson -}}
{{- $given := .Values | toJson | fromJson -}}
{{- $generation := include "polder.generation" (dict "tables" $tables "given" $given) -}}
{{- range $tables.renames -}}
  {{- include "polder.move" (dict "values" $given "move" . "newWins" false) -}}
{{- end -}}
{{- range $tables.traits -}}
  {{- include "polder.move" (dict "values" $given "move" . "newWins" true) -}}
{{- end -}}
{{- $values := get $tables.defaults $generation -}}
{{- include "polder.overlay" (dict "base" $values "over" $given) -}}
{{- dict "values" $values "generation" $generation | toJson -}}
{{- end -}}

{{/* Which chart the file was written for: what it says, else the oldest that its keys can mean. */}}
{{- define "polder.generation" -}}
{{- $tables := .tables -}}
{{- $given := .given -}}
{{- $said := include "polder.at" (dict "in" $given "path" "polder.generation") | fromJsonArray | first -}}
{{- if has $said $tables.generations -}}
{{- $said -}}
{{- else -}}
  {{- /* The oldest generation that every newer key allows. */ -}}
  {{- $floor := 0 -}}
  {{- $ceiling := len $tables.generations -}}
  {{- range $tables.marks -}}
    {{- if include "polder.at" (dict "in" $given "path" .key) | fromJsonArray -}}
      {{- $mark := . -}}
      {{- range $index, $name := $tables.generations -}}
        {{- if eq $name ($mark.since | default "") -}}{{- $floor = max $floor $index -}}{{- end -}}
        {{- if eq $name ($mark.until | default "") -}}{{- $ceiling = min $ceiling $index -}}{{- end -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- /* Templates of names are carried along from chart to chart: beside a newer key they tell nothing. */ -}}
  {{- range $index, $name := $tables.generations -}}
    {{- if eq $name "3" -}}
      {{- if and (contains "{username}{servername}" (toRawJson ($given.singleuser | default dict))) (le (int $floor) $index) -}}
        {{- $ceiling = min $ceiling $index -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
  {{- if eq (int $ceiling) (len $tables.generations) -}}
    current
  {{- else if gt (int $floor) (int $ceiling) -}}
    {{- /* Old and new names together are of no generation: the old ones tell then. */ -}}
    {{- index $tables.generations 0 -}}
  {{- else -}}
    {{- index $tables.generations (int $floor) -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* What stands at a path such as `hub.db.type`: a JSON list of that one value, or an empty one. */}}
{{- define "polder.at" -}}
{{- $node := .in -}}
{{- $found := true -}}
{{- range splitList "." .path -}}
  {{- if and $found (kindIs "map" $node) (hasKey $node .) -}}
    {{- $node = get $node . -}}
  {{- else -}}
    {{- $found = false -}}
  {{- end -}}
{{- end -}}
{{- if $found -}}{{- list $node | toJson -}}{{- else -}}[]{{- end -}}
{{- end -}}

{{/* Moves one name, as src/config/legacy/lift.ts does. */}}
{{- define "polder.move" -}}
{{- $found := include "polder.at" (dict "in" .values "path" .move.from) | fromJsonArray -}}
{{- if $found -}}
  {{- $value := first $found -}}
  {{- $from := splitList "." .move.from -}}
  {{- $above := .values -}}
  {{- range initial $from -}}{{- $above = get $above . -}}{{- end -}}
  {{- $_ := unset $above (last $from) -}}
  {{- if eq (.move.turn | default "") "list" -}}{{- $value = list $value -}}{{- end -}}
  {{- if and (eq (.move.turn | default "") "not") (kindIs "bool" $value) -}}{{- $value = not $value -}}{{- end -}}
  {{- $to := splitList "." .move.to -}}
  {{- $place := .values -}}
  {{- $blocked := false -}}
  {{- range initial $to -}}
    {{- if not $blocked -}}
      {{- if not (get $place . ) -}}{{- $_ := set $place . dict -}}{{- end -}}
      {{- $place = get $place . -}}
      {{- $blocked = not (kindIs "map" $place) -}}
    {{- end -}}
  {{- end -}}
  {{- if and (not $blocked) (or .newWins (not (hasKey $place (last $to)))) -}}
    {{- $_ := set $place (last $to) $value -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{/* Lays `over` on `base`: maps are merged, null takes a default away, everything else replaces. */}}
{{- define "polder.overlay" -}}
{{- $base := .base -}}
{{- range $key, $value := .over -}}
  {{- if kindIs "invalid" $value -}}
    {{- $_ := unset $base $key -}}
  {{- else if and (kindIs "map" $value) (kindIs "map" (get $base $key)) -}}
    {{- include "polder.overlay" (dict "base" (get $base $key) "over" $value) -}}
  {{- else -}}
    {{- $_ := set $base $key $value -}}
  {{- end -}}
{{- end -}}
{{- end -}}
