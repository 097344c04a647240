import SystemPackage

/// The beginning of a small file of `/proc`, in so many bytes at most; `nil` where it can't be read.
func kernelText(_ path: FilePath, atMost limit: Int) -> String? {
  guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
  defer { try? file.close() }
  var bytes = [UInt8](repeating: 0, count: limit)
  // SAFETY: as many bytes are read as the buffer has.
  let count = unsafe bytes.withUnsafeMutableBytes { try? unsafe file.read(into: $0) }
  return count.map { String(decoding: bytes.prefix($0), as: UTF8.self) }
}
