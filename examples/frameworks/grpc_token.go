package main

import (
	"context"
	"strings"

	"google.golang.org/grpc/metadata"
)

// grpcToken returns the session token of a call: the metadata x-session-token, else authorization.
func grpcToken(ctx context.Context) string {
	if values := metadata.ValueFromIncomingContext(ctx, "x-session-token"); len(values) > 0 {
		return values[0]
	}
	values := metadata.ValueFromIncomingContext(ctx, "authorization")
	if len(values) == 0 || len(values[0]) < 7 || !strings.EqualFold(values[0][:7], "Bearer ") {
		return ""
	}
	return strings.TrimSpace(values[0][7:])
}
