// Command drover rehearses failovers on the AWS simulator, and operates a deployed plan with nothing but AWS credentials.
//
// Two libraries know the terminal: colorprofile which colours it has, or that it has none (NO_COLOR, a pipe), and x/term its
// width and whether a person types. Neither does the other's part. A third one, lipgloss, was left out: of its layouts only five
// styles were used, which are five escape sequences.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// The exit codes: success, failure, bad usage, interrupted.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
