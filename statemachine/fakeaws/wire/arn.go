package wire

import "strings"

// LastPart is the part of an ARN after its last colon.
func LastPart(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] }

// Qualified is the ARN of a version of a function or state machine.
func Qualified(arn, version string) string { return arn + ":" + version }

// Qualifier is the version in the ARN of a function or a state machine; empty when it names none.
func Qualifier(arn string) string {
	parts := strings.SplitN(arn, ":", 8)
	if len(parts) < 8 {
		return ""
	}
	return parts[7]
}

// Unqualified is the ARN of a function or state machine without a version.
func Unqualified(arn string) string {
	if q := Qualifier(arn); q != "" {
		return strings.TrimSuffix(arn, ":"+q)
	}
	return arn
}
