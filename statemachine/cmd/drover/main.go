// Command drover rehearses failovers on the AWS simulator, and operates a deployed plan with nothing but AWS credentials.
//
// Two libraries are used for the terminal: colorprofile finds its colours (none with NO_COLOR or a pipe), x/term its
// width and whether a person types. Neither does the other's part. A third one, lipgloss, is not used: five of its styles
// would be needed, which are five escape sequences.
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
