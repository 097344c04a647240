import RangedMmap

// A task takes a value out of a box; what the box lends stays.
#if TWIN
func start(_ file: MmapFile, _ box: HandOver<WriteReceipt>) {
  Task { try box.withValue { receipt in try file.flush(receipt) } }
}
#else
func start(_ file: MmapFile, _ box: HandOver<WriteReceipt>) {
  box.withValue { receipt in _ = Task { try file.flush(receipt) } }
  // expected-error@-1 {{escaping closure captures 'inout' parameter 'receipt'}}
  // expected-note@-2 {{parameter 'receipt' is declared 'inout'}}
  // expected-note@-3 {{captured here}}
}
#endif
