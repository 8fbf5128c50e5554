package cloudwatch

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// The limits of one element of MetricData, from "MetricDatum" in the CloudWatch API Reference.
const (
	maxDimensions = 30
	maxValues     = 150
	maxMetricName = 255
	// smallestValue and largestValue are 2 to the power of -360 and 360.
	smallestValue, largestValue = 4.257960e-109, 2.348543e108
)

// unitNone is the unit of a value that is published without one.
const unitNone = "None"

// units are those of "StandardUnit".
var units = strings.Fields(`Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits
	Megabits Gigabits Terabits Percent Count Bytes/Second Kilobytes/Second Megabytes/Second Gigabytes/Second
	Terabytes/Second Bits/Second Kilobits/Second Megabits/Second Gigabits/Second Terabits/Second Count/Second None`)

func errValue(format string, args ...any) *wire.Error {
	return wire.BadRequest("InvalidParameterValue", format, args...)
}

func checkNamespace(namespace string) *wire.Error {
	switch {
	case namespace == "":
		return wire.BadRequest("MissingParameter", "The parameter Namespace is required.")
	case strings.HasPrefix(namespace, "AWS/"):
		return errValue("The value %s for parameter Namespace is invalid; expected a name that does not begin with AWS/.", namespace)
	case utf8.RuneCountInString(namespace) > maxMetricName:
		return errValue("The parameter Namespace must not be longer than %d characters.", maxMetricName)
	}
	return nil
}

// checkDatum checks the n-th element of MetricData.
func checkDatum(f wire.Fields, n int, now time.Time) *wire.Error {
	name := f.Text("MetricName")
	at, dated := f.Seconds("Timestamp")
	given := 0
	for _, member := range []string{"Value", "Values", "StatisticValues"} {
		if f.Has(member) {
			given++
		}
	}
	switch resolution := f.Integer("StorageResolution"); {
	case name == "" || given == 0:
		return wire.BadRequest("MissingParameter", "The parameters MetricData.member.%d.MetricName and Value, Values or StatisticValues are required.", n)
	case given > 1:
		return wire.BadRequest("InvalidParameterCombination", "The parameters Value, Values and StatisticValues of MetricData.member.%d are mutually exclusive.", n)
	case utf8.RuneCountInString(name) > maxMetricName:
		return errValue("The parameter MetricData.member.%d.MetricName must not be longer than %d characters.", n, maxMetricName)
	case f.Has("StorageResolution") && resolution != 1 && resolution != 60:
		return errValue("The value %d for parameter MetricData.member.%d.StorageResolution is invalid; expected 1 or 60.", resolution, n)
	case dated && (at < now.Add(-oldestMetric).Unix() || at > now.Add(aheadMetric).Unix()):
		return errValue("The value %s for parameter MetricData.member.%d.Timestamp is invalid; expected at most two weeks ago and two hours ahead.",
			time.Unix(at, 0).UTC().Format(time.RFC3339), n)
	}
	if err := checkUnit(f); err != nil {
		return err
	}
	if err := checkDimensions(f); err != nil {
		return err
	}
	return checkValues(f, n)
}

func checkUnit(f wire.Fields) *wire.Error {
	if unit := f.Text("Unit"); f.Has("Unit") && !slices.Contains(units, unit) {
		return errValidation("The value %q for parameter Unit is invalid; expected one of %s.", unit, strings.Join(units, ", "))
	}
	return nil
}

// checkDimensions checks the dimensions of a metric.
func checkDimensions(f wire.Fields) *wire.Error {
	dims := f.Structures("Dimensions")
	if len(dims) > maxDimensions {
		return errValidation("The collection Dimensions must not have a size greater than %d.", maxDimensions)
	}
	seen := map[string]bool{}
	for _, d := range dims {
		name, value := d.Text("Name"), d.Text("Value")
		switch {
		case name == "" || value == "":
			return errValue("A dimension has the name %q and the value %q; expected both.", name, value)
		case utf8.RuneCountInString(name) > maxMetricName || utf8.RuneCountInString(value) > 1024:
			return errValue("The dimension %s is too long; expected up to %d characters in its name, and 1024 in its value.", name, maxMetricName)
		case seen[name]:
			return errValue("The dimension %s is there more than once.", name)
		}
		seen[name] = true
	}
	return nil
}

// checkValues checks the values of an element: all members of a statistic set, one count for each value, and numbers in
// range.
func checkValues(f wire.Fields, n int) *wire.Error {
	values, counts := f.Numbers("Values"), f.Numbers("Counts")
	if v, ok := f.Number("Value"); ok {
		values = append(values, v)
	}
	switch {
	case f.Has("Values") && (len(values) == 0 || len(values) > maxValues):
		return errValue("MetricData.member.%d has %d Values; expected 1 to %d.", n, len(values), maxValues)
	case f.Has("Counts") && (!f.Has("Values") || len(counts) != len(values)):
		return errValue("MetricData.member.%d has %d Counts for %d Values; expected as many.", n, len(counts), len(values))
	}
	if f.Has("StatisticValues") {
		set := f.Structure("StatisticValues")
		for _, member := range []string{"SampleCount", "Sum", "Minimum", "Maximum"} {
			v, ok := set.Number(member)
			if !ok {
				return wire.BadRequest("MissingParameter", "The parameter MetricData.member.%d.StatisticValues.%s is required.", n, member)
			}
			values = append(values, v)
		}
		counts = append(counts, values[len(values)-4])
		if low, high := values[len(values)-2], values[len(values)-1]; low > high {
			return errValue("MetricData.member.%d has a Minimum above its Maximum.", n)
		}
	}
	for i, c := range counts {
		if !(c > 0 && c <= largestValue) {
			return errValue("MetricData.member.%d counts %v; expected more than 0.", n, c)
		}
		if f.Has("Values") {
			values = append(values, values[i]*c)
		}
	}
	for _, v := range values {
		if size := math.Abs(v); v != 0 && !(size >= smallestValue && size <= largestValue) { // all comparisons with NaN are false
			return errValue("The value %v in MetricData.member.%d is invalid; expected a number between -2^360 and 2^360.", v, n)
		}
	}
	return nil
}
