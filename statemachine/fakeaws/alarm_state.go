package fakeaws

// AlarmState is the state of an alarm now, or empty when there is none of that name.
func (w *World) AlarmState(region, name string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.metrics.alarms[region] {
		if a.Name == name {
			return w.metrics.stateOf(a)
		}
	}
	return ""
}
