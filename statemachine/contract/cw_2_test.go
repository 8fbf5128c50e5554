package contract_test

import "time"

var _ = ask("CW-2", "publishes 1, 2, 3 and 4 and reads p50 and p90", func(a *account) verdict {
	if !a.metrics {
		return cannotKnow("needs -metrics")
	}
	m := a.cloudwatch()
	dims, at, err := m.publish("Percentiles", nil, 1, 2, 3, 4)
	if err != nil {
		return cannotKnow("PutMetricData: %v", err)
	}
	var p50, p90 []float64
	_, done := a.until(5*time.Minute, 5*time.Second, func() bool {
		p50, _ = m.read("Percentiles", "p50", dims, at.Add(-2*time.Minute), at.Add(2*time.Minute))
		p90, _ = m.read("Percentiles", "p90", dims, at.Add(-2*time.Minute), at.Add(2*time.Minute))
		return len(p50) > 0 && len(p90) > 0
	})
	if !done {
		return cannotKnow("the values are not readable after 5 minutes")
	}
	return expect(p50[0] == 2 && p90[0] == 4, "p50 is %g and p90 is %g; assumed, by nearest rank: 2 and 4", p50[0], p90[0])
})
