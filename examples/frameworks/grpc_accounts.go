package main

import (
	"context"
	"net"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// serveGRPC serves the service example.Accounts.
func serveGRPC(l net.Listener, guard *sessions.Guard) error {
	server := grpcServer(guard, map[string][]sessions.Need{"/example.Accounts/Pay": {sessions.AAL2()}})
	server.RegisterService(&accounts, nil)
	return server.Serve(l)
}

// accounts is what protoc-gen-go-grpc generates from a service.
var accounts = grpc.ServiceDesc{
	ServiceName: "example.Accounts",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{
		{MethodName: "Account", Handler: grpcUnary("/example.Accounts/Account")},
		{MethodName: "Pay", Handler: grpcUnary("/example.Accounts/Pay")},
	},
	Streams: []grpc.StreamDesc{{StreamName: "Watch", ServerStreams: true, Handler: func(_ any, stream grpc.ServerStream) error {
		return stream.SendMsg(grpcHello(stream.Context()))
	}}},
}

func grpcUnary(method string) grpc.MethodHandler {
	return func(_ any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
		var req emptypb.Empty
		if err := decode(&req); err != nil {
			return nil, err
		}
		return intercept(ctx, &req, &grpc.UnaryServerInfo{FullMethod: method}, func(ctx context.Context, _ any) (any, error) {
			return grpcHello(ctx), nil
		})
	}
}

func grpcHello(ctx context.Context) *wrapperspb.StringValue {
	return wrapperspb.String("hello " + kratos.SessionFromContext(ctx).Identity.ID)
}
