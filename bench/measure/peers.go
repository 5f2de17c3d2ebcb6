package main

import "errors"

// newPeers returns the clients that oapi-codegen and ogen generate. They exist only in builds of
// command bench, which replace this file by testdata/peers/measure/peers.go.
func newPeers(string) (oapiPeer, ogenPeer client, err error) {
	return nil, nil, errors.New("this program is built and run by command bench")
}
