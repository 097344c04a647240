import RangedMmap
import SystemPackage

extension Session {
  /// The open file, if a command needs it open for writing and it is not: a person may allow that.
  package func fileToAllow(for command: Command) -> FilePath? {
    guard let file, !file.isWritable, !file.isDevice, !host.isInLesson, command.beginsToWrite else { return nil }
    return file.path
  }
}

extension Command {
  // The other steps need ranges, of which a file that is open for reading has none.
  fileprivate var beginsToWrite: Bool {
    if case .start? = action as? WorkersCommand { return true }
    return action is AllocateAction || action is TruncateAction || action is PokeAction
  }
}
