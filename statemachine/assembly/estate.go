package assembly

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// HostedZones are the ids of the hosted zones that the plan's context lists, in its order: those in which the functions
// may change record sets.
func (a *Assembly) HostedZones() []string {
	return a.allowed("route53:ChangeResourceRecordSets", ":hostedzone/")
}

// GlobalClusters are the global clusters that the plan's context lists, in its order: those that the functions may promote.
func (a *Assembly) GlobalClusters() []string {
	return a.allowed("rds:FailoverGlobalCluster", ":global-cluster:")
}

// FailoverAlarm is the first alarm that starts a failover. It is empty when none does. consents says that such a failover
// has the consent to data loss.
func (a *Assembly) FailoverAlarm() (name string, consents bool) {
	for _, rule := range a.Rules {
		var pattern struct {
			Detail struct {
				AlarmName []any `json:"alarmName"`
			} `json:"detail"`
		}
		if json.Unmarshal(rule.Pattern, &pattern) != nil || len(pattern.Detail.AlarmName) == 0 || len(rule.Targets) == 0 {
			continue
		}
		if first, ok := pattern.Detail.AlarmName[0].(string); ok {
			transformer := rule.Targets[0].Transformer
			return first, transformer != nil && strings.Contains(transformer.Template, `"allowDataLoss":true`)
		}
	}
	return "", false
}

// allowed are the ends of the ARNs that policies allow an action on, behind a mark, each once.
func (a *Assembly) allowed(action, mark string) []string {
	var names []string
	for _, role := range a.Roles {
		for _, text := range role.Policies {
			if !bytes.Contains(text, []byte(action)) {
				continue // most policies: to read them all takes longer than the rest
			}
			var policy struct {
				Statement []struct {
					Effect           string
					Action, Resource oneOrMore
				}
			}
			if json.Unmarshal(text, &policy) != nil {
				continue // the simulator names what it cannot read
			}
			for _, s := range policy.Statement {
				if s.Effect != "Allow" || !slices.Contains(s.Action, action) {
					continue
				}
				for _, arn := range s.Resource {
					if _, name, ok := strings.Cut(arn, mark); ok && !strings.Contains(name, "*") && !slices.Contains(names, name) {
						names = append(names, name)
					}
				}
			}
		}
	}
	return names
}

// oneOrMore is a text or a list of texts, as IAM writes both.
type oneOrMore []string

// UnmarshalJSON reads either.
func (o *oneOrMore) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(o))
}
