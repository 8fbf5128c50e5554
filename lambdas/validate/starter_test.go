package validate

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// An input can name anybody. Who has started a run is known only if the API has noted it, for this very input.
func TestAStarterIsKnownOnlyFromTheAPI(t *testing.T) {
	const (
		signer = "arn:aws:sts::111122223333:assumed-role/oncall/ada"
		noted  = `{"action":"failover","allowDataLoss":true,"requestedBy":"` + signer + `"}`
	)
	for name, c := range map[string]struct {
		input string
		want  *failover.Starter
	}{
		"as the API has noted":       {noted, &failover.Starter{By: signer, How: failover.APISigner}},
		"in another order":           {`{"requestedBy":"` + signer + `","allowDataLoss":true,"action":"failover"}`, &failover.Starter{By: signer, How: failover.APISigner}},
		"with another input":         {`{"action":"failover","allowDataLoss":true,"reason":"x","requestedBy":"` + signer + `"}`, nil},
		"in the name of another":     {`{"action":"failover","allowDataLoss":true,"requestedBy":"arn:aws:iam::111122223333:user/kim"}`, nil},
		"by a name that is no ARN":   {`{"action":"failover","allowDataLoss":true,"requestedBy":"kim"}`, nil},
		"by an input without a name": {`{"action":"failover","allowDataLoss":true}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, shop())
			req := s.request(c.input)
			if err := s.store.PutStarter(t.Context(), req.Execution.Name, west, []byte(noted), signer); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, s.validate(c.input).Run.Starter); diff != "" {
				t.Errorf("starter (-want +got)\n%s", diff)
			}
		})
	}
}
