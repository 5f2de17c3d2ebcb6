package main

import (
	"errors"
	"net/http"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
)

// grpcRefuse returns the status for an error of a guard. Its details have where a person fulfils
// what the session lacks, or when to try again.
func grpcRefuse(err error) error {
	switch sessions.Status(err) {
	case http.StatusUnauthorized:
		return status.Error(codes.Unauthenticated, "no valid session")
	case http.StatusForbidden:
		where := map[string]string{"redirectTo": sessions.RedirectTo(err)}
		return grpcStatus(codes.PermissionDenied, "the session does not suffice", &errdetails.ErrorInfo{
			Reason: "SESSION_NEED", Domain: "example.org", Metadata: where,
		})
	case http.StatusTooManyRequests:
		return grpcStatus(codes.ResourceExhausted, "too many requests", grpcRetry(err))
	}
	return grpcStatus(codes.Unavailable, "the session could not be checked", grpcRetry(err))
}

func grpcRetry(err error) *errdetails.RetryInfo {
	delay := time.Second
	if e := new(kratos.Error); errors.As(err, &e) && e.RetryAfter > delay {
		delay = e.RetryAfter
	}
	return &errdetails.RetryInfo{RetryDelay: durationpb.New(delay)}
}

func grpcStatus(code codes.Code, message string, detail protoadapt.MessageV1) error {
	s := status.New(code, message)
	if detailed, err := s.WithDetails(detail); err == nil {
		s = detailed
	}
	return s.Err()
}
