// Package wording makes sentences of what the state machine's payloads carry as data: the steps that failed and the
// answers of approvers. The definition composes no English; Notify words the report and the notification with this
// package, UpdateRegistry the record of the run, and the API a run in progress.
package wording
