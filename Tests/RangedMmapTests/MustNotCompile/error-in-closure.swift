import RangedMmap

// In a closure a catch does not know its error, unless the type is named.
#if TWIN
func write(_ file: MmapFile, _ box: HandOver<AllocatedRange>, _ allocator: FreeListAllocator) throws {
  try run {
    guard let range = box.take() else { return }
    do throws(MmapFileError) { _ = try file.write([1], to: range) } catch { allocator.free(try error.range()) }
  }
}
func run(_ body: () throws -> Void) rethrows { try body() }
#else
func write(_ file: MmapFile, _ box: HandOver<AllocatedRange>, _ allocator: FreeListAllocator) throws {
  try run {
    guard let range = box.take() else { return }
    do { _ = try file.write([1], to: range) } catch { allocator.free(try error.range()) }
    // expected-error@-1 {{value of type 'any Error' has no member 'range'}}
    // expected-error@-2 {{generic parameter 'Stage' could not be inferred}}
  }
}
func run(_ body: () throws -> Void) rethrows { try body() }
#endif
