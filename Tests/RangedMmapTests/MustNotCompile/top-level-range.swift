import RangedMmap

// At the top level of a program variables are global, and give nothing away.
#if TWIN
do {
  let (file, allocator) = try MmapFile.create(at: "output.bin", size: 8192)
  guard let range = allocator.allocate(8192) else { fatalError("the file is full") }
  let receipt = try file.write(repeatElement(1, count: 8192), to: range)
  _ = try file.sync(receipt)
}
#else
let (file, allocator) = try MmapFile.create(at: "output.bin", size: 8192)
guard let range = allocator.allocate(8192) else { fatalError("the file is full") }
let receipt = try file.write(repeatElement(1, count: 8192), to: range)
_ = try file.sync(receipt)
// expected-error@-1 {{cannot consume noncopyable stored property 'receipt' that is global}}
#endif
