package failover

import (
	"fmt"
	"time"
)

// Start is the command of Drover's own that starts a run in a Region, with the flags of `drover start`. What the plan
// consents to by itself is not in it, nor who asks and why. Extra flags, such as "--watch", come last.
func (p Plan) Start(region Region, in Input, extra ...string) string {
	words := []string{"start", string(in.Action)}
	add := func(flag, value string) { words = append(words, flag, value) }
	for _, name := range in.Applications {
		add("--application", name)
	}
	if in.Consents() && !p.AllowDataLoss {
		words = append(words, "--allow-data-loss")
	}
	if in.AllowDataLoss != nil && !in.Consents() && p.AllowDataLoss {
		words = append(words, "--no-allow-data-loss")
	}
	if in.Takeover {
		words = append(words, "--takeover")
	}
	for _, arn := range in.OverrideSafetyRules {
		add("--override-safety-rule", arn)
	}
	if in.DryRun {
		words = append(words, "--dry-run")
	}
	if in.Order != "" {
		add("--order", string(in.Order))
	}
	for _, percent := range in.Percents {
		add("--percent", fmt.Sprint(percent))
	}
	if in.Approval != "" {
		add("--approval", string(in.Approval))
	}
	if !in.Since.IsZero() {
		add("--since", in.Since.UTC().Format(time.RFC3339))
	}
	return p.Drover(CommandLine(append(words, extra...)...), region)
}
