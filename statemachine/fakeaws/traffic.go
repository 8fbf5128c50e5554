package fakeaws

// traffic is the client population.
type traffic struct{ w *World }

func newTraffic(w *World) *traffic { return &traffic{w: w} }
