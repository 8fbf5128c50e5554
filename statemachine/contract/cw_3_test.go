package contract_test

import "time"

var _ = ask("CW-3", "publishes a value and reads its period with a StartTime in the middle of the minute", func(a *account) verdict {
	if !a.metrics {
		return cannotKnow("needs -metrics")
	}
	m := a.cloudwatch()
	dims, at, err := m.publish("Periods", nil, 1)
	if err != nil {
		return cannotKnow("PutMetricData: %v", err)
	}
	minute := at.Truncate(time.Minute)
	_, done := a.until(5*time.Minute, 5*time.Second, func() bool {
		values, _ := m.read("Periods", "Sum", dims, minute, minute.Add(time.Minute))
		return len(values) > 0
	})
	if !done {
		return cannotKnow("the value is not readable after 5 minutes")
	}
	inside, _ := m.read("Periods", "Sum", dims, minute.Add(30*time.Second), minute.Add(2*time.Minute))
	after, _ := m.read("Periods", "Sum", dims, minute.Add(time.Minute), minute.Add(2*time.Minute))
	return expect(len(inside) == 1 && len(after) == 0, "%d values with StartTime 30 s into the minute, assumed 1; %d with StartTime at its end, assumed 0", len(inside), len(after))
})
