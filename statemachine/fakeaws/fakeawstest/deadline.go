package fakeawstest

import (
	"context"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

// Timed is an option of a client that notes the time which each call has, retries included: 0 for a call without a deadline.
func Timed(note func(operation string, left time.Duration)) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Timed", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			left := time.Duration(0)
			if end, ok := ctx.Deadline(); ok {
				left = time.Until(end)
			}
			note(awsmiddleware.GetOperationName(ctx), left)
			return next.HandleInitialize(ctx, in)
		}), middleware.After)
	}
}
