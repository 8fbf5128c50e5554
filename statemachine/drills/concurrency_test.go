package drills

import (
	"testing"

	"github.com/drover-dr/drover/statemachine/drill/drilltest"
)

func TestASurgeOfOtherFunctionsStopsAFailoverWithoutReservedConcurrency(t *testing.T) {
	deployed := defaultAssembly(t)
	for i, f := range deployed.Functions {
		if f.Reserved == nil {
			t.Errorf("%s in %s reserves no concurrency", f.Name, f.Region)
		}
		deployed.Functions[i].Reserved = nil
	}
	if !fails(t, "lambda-surge", deployed, drilltest.Lambdas(t)) {
		t.Error("the failover is the same without reserved concurrency; is it needed?")
	}
}
