package assembly

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
)

// WithEstate is the assembly as if its context listed other hosted zones and global clusters: the policies allow these in
// place of their own.
func (a *Assembly) WithEstate(zones, clusters []string) (*Assembly, error) {
	other := *a
	other.Roles = slices.Clone(a.Roles)
	for i, role := range other.Roles {
		policies := make([]json.RawMessage, len(role.Policies))
		for j, text := range role.Policies {
			var err error
			if policies[j], err = withEstate(text, zones, clusters); err != nil {
				return nil, fmt.Errorf("role %s: %w", role.Name, err)
			}
		}
		other.Roles[i].Policies = policies
	}
	other.Functions = slices.Clone(a.Functions)
	for i, f := range other.Functions {
		if _, lists := f.Environment[failover.GlobalClustersVariable]; lists {
			environment := map[string]string{}
			for name, value := range f.Environment {
				environment[name] = value
			}
			environment[failover.GlobalClustersVariable] = strings.Join(clusters, ",")
			other.Functions[i].Environment = environment
		}
	}
	return &other, nil
}

func withEstate(text json.RawMessage, zones, clusters []string) (json.RawMessage, error) {
	var policy map[string]any
	if err := json.Unmarshal(text, &policy); err != nil {
		return nil, err
	}
	statements, ok := policy["Statement"].([]any)
	if !ok {
		return text, nil
	}
	var kept []any
	for _, s := range statements {
		statement, ok := s.(map[string]any)
		if !ok {
			return text, nil
		}
		if len(clusters) == 0 && aboutDatabases(statement) {
			continue // without global clusters no function may touch a database
		}
		before := listed(statement["Resource"])
		after := listing(listing(before, ":hostedzone/", zones), ":global-cluster:", clusters)
		if len(before) > 0 {
			statement["Resource"] = after
		}
		kept = append(kept, statement)
	}
	policy["Statement"] = kept
	return json.Marshal(policy)
}

// aboutDatabases says whether a statement is about actions of RDS alone.
func aboutDatabases(statement map[string]any) bool {
	actions := listed(statement["Action"])
	return len(actions) > 0 && !slices.ContainsFunc(actions, func(action string) bool { return !strings.HasPrefix(action, "rds:") })
}

// listed are the texts of a list, or the one text.
func listed(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var texts []string
		for _, text := range v {
			texts = append(texts, fmt.Sprint(text))
		}
		return texts
	}
	return nil
}

// listing replaces the ARNs with a mark by one ARN for each name.
func listing(arns []string, mark string, names []string) []string {
	var all []string
	replaced := false
	for _, arn := range arns {
		prefix, name, ok := strings.Cut(arn, mark)
		if !ok || strings.Contains(name, "*") {
			all = append(all, arn)
			continue
		}
		if !replaced {
			for _, name := range names {
				all = append(all, prefix+mark+name)
			}
		}
		replaced = true
	}
	return all
}
