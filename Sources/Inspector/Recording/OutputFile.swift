import Glibc
import RangedMmap
import SystemPackage

/// A file that a command or an option names: a recording, a picture of the screen.
///
/// It is a new file, made under another name and put in place. So it waits for no pipe's reader, writes to no device, and
/// a program that has the replaced file open keeps that one.
package struct OutputFile {
  package struct InUse {
    let identity: [UInt64]
    let role: String

    package init(_ status: Stat, as role: String) { (identity, self.role) = (status.identity, role) }

    /// The files that standard input, output and error lead to: a shell's `> FILE` is data, too.
    static var standard: [InUse] {
      [(FileDescriptor.standardInput, "input"), (.standardOutput, "output"), (.standardError, "error")]
        .compactMap { file, name in
          guard let status = try? file.stat(), status.type == .regular else { return nil }
          return InUse(status, as: "what standard \(name) is")
        }
    }
  }

  package let path: String
  // Where the name begins: a lesson moves elsewhere before its recording is made.
  private let folder = FilePath.workingFolder
  private let isForced: Bool
  private let isPrivate: Bool
  private let remedy: String
  private let inUse: [InUse]

  /// Names a file and makes none.
  package init(
    _ path: String, isForced: Bool, remedy: String = "remove it", inUse: [InUse] = [], isPrivate: Bool = false
  ) {
    (self.path, self.isForced, self.isPrivate) = (path, isForced, isPrivate)
    (self.remedy, self.inUse) = (remedy, inUse)
  }

  /// Throws if it can't be made, as far as that can be known before.
  package func check() throws(CommandError) {
    let target = try target()
    do throws(Errno) { try target.location.checkFolder() } catch { throw refusal(error) }
  }

  /// Makes it of a whole text; on failure there is none, or still the old one.
  package func save(_ text: String) throws(CommandError) {
    let file = try begin(text)
    try? file.close()
  }

  /// Makes it of the beginning of a text, to be written on as there is something to write.
  package func begin(_ text: String) throws(CommandError) -> FileDescriptor {
    precondition(!text.isEmpty, "a file takes another's place with nothing in it")
    do {
      for _ in 0..<Self.attempts {
        if let file = try make(text) { return file }
      }
      throw Errno.fileExists
    } catch { throw refusal(error) }
  }

  // Each time another process has made or replaced the file meanwhile.
  private static let attempts = 10

  private func make(_ text: String) throws -> FileDescriptor? {
    let target = try target()
    let old = target.isTaken ? try Self.openOld(target.location) : nil
    if target.isTaken, old == nil { return nil }
    defer { try? old?.close() }
    var scratch = ScratchName(for: target, isPrivate: isPrivate)
    let file = try scratch.make(.writeOnly)
    do {
      if let old { try file.inherit(from: old) }
      _ = try file.writeAll(text.utf8)
      try file.synchronise()
      try scratch.putInPlace(replacing: old)
      return file
    } catch {
      try? file.close()
      guard isForced, error as? Errno == .fileExists else { throw error }
      return nil
    }
  }

  /// Opens what is to be replaced, for what is kept of it; `nil` if it has gone.
  private static func openOld(_ location: borrowing FileLocation) throws(Errno) -> FileDescriptor? {
    do throws(Errno) { return try location.open(.readOnly) } catch {
      // One that may be written and not read has something to be kept, too.
      if error == .permissionDenied { return try location.open(.writeOnly) }
      guard error == .noSuchFileOrDirectory else { throw error }
      return nil
    }
  }

  private func target() throws(CommandError) -> FileTarget {
    let typed = try FilePath(typed: path)
    let place = folder?.pushing(typed) ?? typed
    if let existing = try? Stat(place, followTargetSymlink: true),
      let used = (InUse.standard + inUse).first(where: { $0.identity == existing.identity })
    {
      throw CommandError("\(path): is \(used.role); choose another name")
    }
    do throws(FileTarget.Refusal) { return try FileTarget(place, replacing: isForced) } catch {
      switch error {
      case .exists: throw refusal(Errno.fileExists)
      case .notWritable(let errno), .folder(let errno): throw refusal(errno)
      case .danglingLink:
        throw CommandError("\(path): is a link that leads nowhere; remove it, or choose another name")
      case .nameless:
        throw CommandError(
          "\(path): is a link to an open file that has no name, and can't be replaced; choose another name")
      case .notRegular(let type):
        throw CommandError("\(path): is \(type.noun), and no regular file; choose another name")
      }
    }
  }

  private func refusal(_ error: any Error) -> CommandError {
    if let error = error as? CommandError { return error }
    return switch error as? Errno {
    case .fileExists: CommandError("\(path): exists already; \(Rule.replacement); choose another name, or \(remedy)")
    // No other place would take it either.
    case .fileTooLarge: CommandError("\(path): can't be written (\(error)); raise the limit with `ulimit -f`")
    default: CommandError("\(path): can't be written (\(error)); choose another place")
    }
  }
}

extension FileDescriptor {
  /// Makes durable what was written, and closes the file also if that fails.
  package func finish() throws { try closeAfter { try synchronise() } }
}

extension Stat {
  /// Device and inode number.
  package var identity: [UInt64] { [UInt64(deviceID.rawValue), UInt64(inode.rawValue)] }

  /// The size and the times of change, to be compared: of a file that was written, cut or renamed since they are others.
  var changes: [Int] { [Int(size)] + [st_mtim, st_ctim].flatMap { [$0.tv_sec, $0.tv_nsec] } }
}

extension Session {
  func output(_ path: String, isForced: Bool, command: String) -> OutputFile {
    let place = host.outputFolder?.pushing(typed: path) ?? path
    return OutputFile(
      place, isForced: isForced, remedy: "replace it with `\(command) \(Word.quote(path)) force`", inUse: allFilesInUse)
  }

  var allFilesInUse: [OutputFile.InUse] {
    let opened = (try? file?.descriptor.stat()).map { OutputFile.InUse($0, as: "the file that is open here") }
    return host.filesInUse() + [opened, recorder.fileInUse].compactMap { $0 }
  }
}
