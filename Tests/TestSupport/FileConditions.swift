import CTestSupport
import SystemPackage
import Testing

// What the file system of the tests' folder reports of its files, asked without the libraries.

/// Whether it reports which blocks of a file were written.
public let reportsBlocks: Bool = askFile { ctest_ask_for_blocks($0.rawValue) == 0 }

/// What a test that needs that says where it is not reported.
public let needsBlocks: Comment = "the file system does not report blocks (FIEMAP)"

/// Whether it distinguishes holes from data.
public let reportsHoles: Bool = reportsBlocks || askFile { ctest_first_hole($0.rawValue) == 0 }

/// Asks a file that is one hole.
private func askFile(_ body: (FileDescriptor) -> Bool) -> Bool {
  guard let folder = try? TemporaryFolder(),
    let file = try? FileDescriptor.open(
      folder.file("a"), .readWrite, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
  else { return false }
  defer { try? file.close() }
  return (try? file.resize(to: 1 << 20)) != nil && body(file)
}
