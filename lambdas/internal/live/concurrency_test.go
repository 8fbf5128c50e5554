package live

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/lambdas/internal/entry"
)

func TestTheConcurrencyOfTheAccountIsReadOverTheWire(t *testing.T) {
	world, cfg := newWorld(t)
	must(t, world.SetConcurrencyLimit(string(west), 400))
	got, err := AccountConcurrency(t.Context(), lambda.NewFromConfig(cfg))
	must(t, err)
	if diff := cmp.Diff(Concurrency{Limit: 400, Unreserved: 400}, got); diff != "" {
		t.Errorf("concurrency (-want +got):\n%s", diff)
	}
}

func TestAnErrorOfLambdaHasItsCondition(t *testing.T) {
	for _, c := range []struct {
		status     int
		code, body string
		want       failover.Condition
	}{
		{403, "AccessDeniedException", `{"Message": "no"}`, failover.Denied},
		{429, "TooManyRequestsException", `{"message": "Rate Exceeded."}`, failover.Throttled},
		{429, "", "<html></html>", failover.Throttled},
		{403, "", "<html></html>", failover.Denied},
		{503, "", "", failover.Unreachable},
		{200, "", "<html></html>", failover.Unreachable},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amzn-Errortype", c.code)
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		_, cfg := newWorld(t)
		cfg.BaseEndpoint = &server.URL
		_, err := AccountConcurrency(t.Context(), lambda.NewFromConfig(cfg))
		server.Close()
		if got := entry.ConditionOf(err); got != c.want {
			t.Errorf("%d %s %s: %v is %s; want %s", c.status, c.code, c.body, err, got, c.want)
		}
	}
	_, cfg := newWorld(t)
	nowhere := "http://127.0.0.1:1"
	cfg.BaseEndpoint = &nowhere
	if _, err := AccountConcurrency(t.Context(), lambda.NewFromConfig(cfg)); entry.ConditionOf(err) != failover.Unreachable {
		t.Errorf("an endpoint that does not answer: %v; want Unreachable", err)
	}
}
