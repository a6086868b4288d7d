import { withPassword } from '../check-password.ts';
import { memberCommand } from '../command.ts';
import { hashPassword } from '../password.ts';
import { Refusal } from '../refusal.ts';
import { refuseBadPassword } from '../refuse-bad-password.ts';
import { hashToken } from '../token.ts';

export const passwd = memberCommand('passwd', {
  async run(room, { arguments: { oldPassword, newPassword, newToken }, connection, member }) {
    const [state, account, tries] = await Promise.all([
      room.state.read(),
      room.accounts.find(member.name),
      room.loginTries.find(member.name, connection.address),
    ]);
    if (!account) throw new Refusal('not-logged-in');
    // Before the password is checked, so this refusal tells nothing about it.
    refuseBadPassword(newPassword, state);
    const check = { account, password: oldPassword, connection, tries, blockTime: state.blockTime };
    return withPassword(room, check, async () => {
      const newHash = await hashPassword(newPassword, room.passwordCost);
      const { connectionId, address } = connection;
      const outcome = await room.accounts.changePassword({
        account,
        connectionId,
        address,
        at: room.clock.now(),
        newHash,
        tokenHash: newToken === undefined ? undefined : hashToken(newToken),
      });
      switch (outcome) {
        case 'changed':
          return {};
        case 'account-changed':
          throw new Refusal('wrong-password');
        case 'moved-on':
          throw new Refusal('not-logged-in');
        case 'login-blocked':
          throw new Refusal('login-blocked');
      }
    });
  },
});
