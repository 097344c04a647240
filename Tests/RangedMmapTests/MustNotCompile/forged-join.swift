import RangedMmap

// Only neighbours become one range, and only in the library.
#if TWIN
func join(_ low: consuming WriteReceipt, _ high: consuming WriteReceipt) -> RangeJoin<Written> {
  low.joined(with: high)
}
#else
func join(_ low: consuming WriteReceipt, _ high: consuming AllocatedRange) -> RangeJoin<Written> {
  low.joined(with: high)
  // expected-error@-1 {{cannot convert value of type 'AllocatedRange' (aka 'PageRange<Allocated>')}}
  // expected-note@-2 {{arguments to generic parameter 'Stage' ('Allocated' and 'Written') are expected to be}}
}
#endif
