// Package scheduler is Amazon EventBridge Scheduler: schedules that start a target (package delivery) at the times of an
// expression (package schedule). It has no operations on the wire: schedules come from templates.
package scheduler
