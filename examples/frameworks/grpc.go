package main

import (
	"context"

	"github.com/kratoskit/kratos-go/wrappers/sessions"
	"google.golang.org/grpc"
)

// grpcServer returns a server whose calls need a session, and more for those with needs, by method.
// A stream is checked when it begins: a long one has to check again, or end.
func grpcServer(guard *sessions.Guard, needs map[string][]sessions.Need) *grpc.Server {
	check := func(ctx context.Context, method string) (context.Context, error) {
		check, err := guard.CheckToken(ctx, grpcToken(ctx), needs[method]...)
		if err != nil {
			return nil, grpcRefuse(err)
		}
		return check.Context(ctx), nil
	}
	unary := func(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		ctx, err := check(ctx, info.FullMethod)
		if err != nil {
			return nil, err
		}
		return next(ctx, req)
	}
	stream := func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		ctx, err := check(stream.Context(), info.FullMethod)
		if err != nil {
			return err
		}
		return next(srv, grpcStream{stream, ctx})
	}
	return grpc.NewServer(grpc.ChainUnaryInterceptor(unary), grpc.ChainStreamInterceptor(stream))
}

// grpcStream is a stream with the session in its context.
type grpcStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s grpcStream) Context() context.Context { return s.ctx }
