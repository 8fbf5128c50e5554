package cloudwatch_test

import (
	"testing"

	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// served is a served simulator, to which the tests of this package add methods.
type served struct{ fakeawstest.Served }

const (
	east        = fakeawstest.East
	west        = fakeawstest.West
	eastCluster = fakeawstest.EastCluster
	westCluster = fakeawstest.WestCluster
)

var (
	testStart   = fakeawstest.Start
	codeOf      = fakeawstest.CodeOf
	metricQuery = fakeawstest.MetricQuery
	seriesText  = fakeawstest.SeriesText
	readAll     = fakeawstest.ReadAll
)

func serve(t testing.TB) served         { return served{fakeawstest.Serve(t)} }
func servePromptly(t testing.TB) served { return served{fakeawstest.ServePromptly(t)} }
