{{/* Whom a pod may ask, by the names that `egressAllowRules` has for groups of addresses. Takes a list: context, rules. */}}
{{- define "polder.egress" -}}
{{- $metadata := printf "%s/32" ((index . 0).values.singleuser.cloudMetadata.ip | default "169.254.169.254") -}}
{{- $rules := index . 1 | default dict -}}
{{- if $rules.dnsPortsPrivateIPs }}
- ports: {{ include "polder.dnsPorts" . }}
  to:
    - ipBlock: { cidr: 10.0.0.0/8 }
    - ipBlock: { cidr: 172.16.0.0/12 }
    - ipBlock: { cidr: 192.168.0.0/16 }
{{- end }}
{{- if $rules.dnsPortsCloudMetadataServer }}
- ports: {{ include "polder.dnsPorts" . }}
  to:
    - ipBlock: { cidr: {{ $metadata }} }
{{- end }}
{{- if $rules.dnsPortsKubeSystemNamespace }}
- ports: {{ include "polder.dnsPorts" . }}
  to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
{{- end }}
{{- if $rules.nonPrivateIPs }}
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, {{ $metadata }}]
{{- end }}
{{- if $rules.privateIPs }}
- to:
    - ipBlock: { cidr: 10.0.0.0/8 }
    - ipBlock: { cidr: 172.16.0.0/12 }
    - ipBlock: { cidr: 192.168.0.0/16 }
{{- end }}
{{- if $rules.cloudMetadataServer }}
- to:
    - ipBlock: { cidr: {{ $metadata }} }
{{- end }}
{{- end -}}

{{- define "polder.dnsPorts" -}}
[{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }]
{{- end -}}
