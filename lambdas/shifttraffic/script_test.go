package shifttraffic

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/internal/failover"
)

// TestARunWithANameInAnyScriptMovesTraffic: Route 53 refuses raw bytes outside ASCII, and lists what it has escaped. A run that did
// not recognise its own mark would lose to itself.
func TestARunWithANameInAnyScriptMovesTraffic(t *testing.T) {
	ascii := func(text string) bool {
		return !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' })
	}
	for _, name := range []string{"Ausfall-Köln", strings.Repeat("障", 80), strings.Repeat("😀", 80)} {
		for _, writes := range []int{0, failover.Format} {
			h, world := newHandler(t, manyApplications("Z1", 2)...)
			req := request(7, name, 100)
			req.Run.Writes = writes
			first := handle(t, h, req)
			if len(first.Changes) != 1 || first.Remaining != 0 {
				t.Fatalf("%s: got %+v; want one batch", name, first)
			}
			if again := handle(t, h, req); again.AlreadyDone != 4 {
				t.Errorf("%s, the same call again: got %+v; want all 4 record sets done", name, again)
			}
			own, old := fences(world, "Z1")
			if got, err := failover.ParseFence(own); err != nil || got.Run != name || !ascii(own) || !ascii(old) {
				t.Errorf("%s: the fences are %s and %s, %v; want the name in printable ASCII", name, own, old, err)
			}
			out, err := h.Route53.(*route53.Client).GetChange(t.Context(), &route53.GetChangeInput{Id: &first.Changes[0].ID})
			must(t, err)
			if comment := aws.ToString(out.ChangeInfo.Comment); !ascii(comment) || !strings.HasSuffix(comment, "batch 0, try 1") || len(comment) > 256 {
				t.Errorf("%s: comment %s; want up to 256 characters of printable ASCII, whole at its end", name, comment)
			}
			if next := handle(t, h, request(8, "run-8", 100)); len(next.Changes) != 1 {
				t.Errorf("the next run after %s: got %+v; want one batch", name, next)
			}
		}
	}
}
