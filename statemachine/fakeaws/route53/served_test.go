package route53_test

import (
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// served is a served simulator, to which the tests of this package add methods.
type served struct{ fakeawstest.Served }

const (
	east     = fakeawstest.East
	west     = fakeawstest.West
	testZone = fakeawstest.Zone
)

var (
	weightedSet = fakeawstest.WeightedSet
	weigh       = fakeawstest.Weigh
	txt         = fakeawstest.TXT
	shift       = fakeawstest.Shift
	codeOf      = fakeawstest.CodeOf
)

func serveZone(t testing.TB) served { return served{fakeawstest.ServeZone(t)} }
