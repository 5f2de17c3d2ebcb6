package main

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratostest"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

func TestGRPCCallsNeedASession(t *testing.T) {
	t.Parallel()
	k, guard := newKratos(t)
	conn := dial(t, guard)
	for _, tt := range []struct {
		name       string
		method     string
		metadata   []string
		fail       []kratostest.Failure // of the check of the session
		code       codes.Code
		redirectTo string
		retry      time.Duration
	}{
		{name: "a token passes", method: "Account", metadata: []string{"x-session-token", "one-factor"}},
		{name: "a bearer token passes", method: "Account", metadata: []string{"authorization", "bearer one-factor"}},
		{name: "a second factor passes where it is needed", method: "Pay", metadata: []string{"x-session-token", "two-factors"}},
		{name: "a call without a token is refused", method: "Account", code: codes.Unauthenticated},
		{name: "a password is not a token", method: "Account", metadata: []string{"authorization", "Basic one-factor"}, code: codes.Unauthenticated},
		{name: "an unknown token is refused", method: "Account", metadata: []string{"x-session-token", "forged"}, code: codes.Unauthenticated},
		{name: "a missing second factor is refused, with where to add it", method: "Pay", metadata: []string{"x-session-token", "one-factor"}, code: codes.PermissionDenied, redirectTo: "/login?aal=aal2"},
		{name: "the limit of Kratos is passed on", method: "Account", metadata: []string{"x-session-token", "one-factor"}, fail: []kratostest.Failure{kratostest.RateLimited(7 * time.Second)}, code: codes.ResourceExhausted, retry: 7 * time.Second},
		{name: "nothing passes while Kratos is down", method: "Account", metadata: []string{"x-session-token", "one-factor"}, fail: []kratostest.Failure{kratostest.Drop()}, code: codes.Unavailable, retry: time.Second},
		{name: "a stream with a token passes", method: "Watch", metadata: []string{"x-session-token", "one-factor"}},
		{name: "a stream without a token is refused", method: "Watch", code: codes.Unauthenticated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			names := k.names(t)
			for i, value := range tt.metadata {
				tt.metadata[i] = names.Replace(value)
			}
			for _, failure := range tt.fail {
				k.Fail("toSession", 1, failure)
			}
			hello, err := call(metadata.AppendToOutgoingContext(t.Context(), tt.metadata...), conn, tt.method)
			if status.Code(err) != tt.code || err == nil && hello != "hello "+k.ann.ID {
				t.Fatalf("%q, error %v; want %v", hello, err, tt.code)
			}
			var redirectTo string
			var retry time.Duration
			for _, detail := range status.Convert(err).Details() {
				switch detail := detail.(type) {
				case *errdetails.ErrorInfo:
					redirectTo = detail.Metadata["redirectTo"]
				case *errdetails.RetryInfo:
					retry = detail.RetryDelay.AsDuration()
				}
			}
			if redirectTo != tt.redirectTo || retry != tt.retry {
				t.Errorf("redirect to %q, retry after %v; want %q, %v", redirectTo, retry, tt.redirectTo, tt.retry)
			}
		})
	}
}

func call(ctx context.Context, conn *grpc.ClientConn, method string) (string, error) {
	var hello wrapperspb.StringValue
	if method != "Watch" {
		err := conn.Invoke(ctx, "/example.Accounts/"+method, &emptypb.Empty{}, &hello)
		return hello.Value, err
	}
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, "/example.Accounts/Watch")
	if err != nil {
		return "", err
	}
	err = stream.RecvMsg(&hello)
	return hello.Value, err
}

// dial connects to the service in memory.
func dial(t *testing.T, guard *sessions.Guard) *grpc.ClientConn {
	t.Helper()
	l := bufconn.Listen(1 << 16)
	start(t, l, guard, serveGRPC)
	conn, err := grpc.NewClient("passthrough:///memory", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}
