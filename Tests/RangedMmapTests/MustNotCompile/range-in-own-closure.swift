import RangedMmap

// A closure that fills a range can't ask it how long it is: the step has it.
#if TWIN
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws -> WriteReceipt {
  let count = range.count
  return try file.write(to: range) { writer in writer.append(repeating: 0, count: count) }
}
#else
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws -> WriteReceipt {
  // expected-error@-1 {{'range' used after consume}}
  try file.write(to: range) { writer in writer.append(repeating: 0, count: range.count) }
  // expected-error@-1 {{overlapping accesses to 'range', but deinitialization requires exclusive access}}
  // expected-note@-2 {{conflicting access is here}}
  // expected-note@-3 {{consumed here}}
  // expected-note@-4 {{used here}}
}
#endif
