package failover

import "testing"

func TestOnlyWhatAWSHasAuthenticatedIsAnIdentity(t *testing.T) {
	for want, r := range map[string]Run{
		"arn:kim (API signer)": {ARN: "arn:run", RequestedBy: "arn:lee", Starter: &Starter{By: "arn:kim", How: APISigner}},
		"not known; the input says arn:kim; CloudTrail's StartExecution event of arn:run has it":               {ARN: "arn:run", RequestedBy: "arn:kim"},
		"not known; the input says schedule drover-drill; CloudTrail's StartExecution event of arn:run has it": {ARN: "arn:run", StartedBy: "schedule drover-drill"},
		"not known; CloudTrail's StartExecution event of arn:run has it":                                       {ARN: "arn:run"},
	} {
		if got := r.WhoStarted(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
