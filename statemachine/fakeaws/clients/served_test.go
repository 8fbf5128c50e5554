package clients_test

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
	testStart   = fakeawstest.Start
	weightedSet = fakeawstest.WeightedSet
	shift       = fakeawstest.Shift
	seriesText  = fakeawstest.SeriesText
)

func serve(t testing.TB) served     { return served{fakeawstest.Serve(t)} }
func serveZone(t testing.TB) served { return served{fakeawstest.ServeZone(t)} }
