// Package forecast plays failovers of a plan many times under a stated fault model, and sums up how they end and how long they
// take. One seed is one forecast: every run is drawn from the seed and its own number, whatever plays it and when.
package forecast
