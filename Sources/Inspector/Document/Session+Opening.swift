import RangedMmap
import SystemPackage

extension Session {
  var durabilityNote: String {
    file?.isInMemory == true ? "; its file system lives in memory, so nothing in it is durable" : ""
  }

  func take(_ file: MmapFile, _ allocator: ConcurrentAllocator?) {
    // The workers' last news are of the file before.
    takeInWorkers()
    if let farewell { note(Event(.notice, [farewell])) }
    let isSame = self.file?.path == file.path
    view.turn(to: file, isSame: isSame)
    if !isSame { document.watching.forgetChanges() }
    let identity = sampledFile?.identity
    document.turn(to: file, allocator)
    if sampledFile?.identity != identity, let feed = endFaults(), !feed.hasEnded {
      note(Event(.news, ["faults of \(feed.process) are watched no more: another file is open"], isMeasured: true))
    }
    workers.dismiss()
    watchStoresIfWanted()
  }

  func requireNotHeld(_ path: String) throws(CommandError) {
    guard let identity = (try? Stat(FilePath(path)))?.identity else { return }
    if let file, file.isWritable, (try? file.descriptor.stat())?.identity == identity {
      throw CommandError(
        "\(path): is open for writing here already; \(Rule.oneWriter); open another file first to let go of it")
    }
    let written = OutputFile.InUse.standard + host.filesInUse() + [recorder.fileInUse].compactMap { $0 }
    if let used = written.first(where: { $0.identity == identity }) {
      throw CommandError("\(path): is \(used.role); choose another name")
    }
  }

  func requireNoWorkers(_ verb: String) throws(CommandError) {
    try requireNoJob(verb)
    guard workers.running == 0 else {
      throw CommandError("\(verb): workers are still at work on this file; `workers stop` and `workers wait` first")
    }
  }
}
