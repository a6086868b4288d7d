import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, TestBrowser } from '../harness/browser.ts';
import { PageUser, pageOf } from '../harness/page-user.ts';
import { openRoom, password, type SceneRoom } from '../harness/room.ts';

describe.runIf(hasBrowser)('the login form', () => {
  let room: SceneRoom;
  let browser: TestBrowser;
  let page: PageUser;
  beforeAll(async () => {
    [room, browser] = await Promise.all([openRoom(), TestBrowser.open()]);
    page = await PageUser.open(browser, room.url);
  });
  afterAll(async () => {
    await browser?.close();
    await room?.close();
  });

  test('creates an account, and says what is wrong beside the field', async () => {
    await room.register('Taken');
    await page.press('Create an account');
    // The rule is there before a failure.
    await page.sees(/^Up to 32 characters: letters a–z, digits/);
    await page.field('Username').fill('not a name');
    await page.field('Password').fill('short');
    const isWrong = () => page.field('Username').getAttribute('aria-invalid');
    for (const name of ['not a name', 'System']) {
      await page.field('Username').fill(name);
      await page.button('Create an account').click();
      await expect.poll(isWrong).toBe('true');
      await expect.poll(() => page.field('Username').evaluate((field) => field.matches(':focus'))).toBe(true);
    }
    await page.sees('The username "System" is reserved. Please choose another one.');
    await page.field('Username').fill('Newcomer');
    expect(await isWrong()).toBe('false');
    await page.button('Create an account').click();
    await page.sees('At least 8 characters, and not a common one.');
    await page.field('Username').fill('taken');
    await page.field('Password').fill(password);
    await page.button('Create an account').click();
    await page.sees('The username "taken" is taken. Please choose another one.');
    expect(await page.field('Username').getAttribute('aria-invalid')).toBe('true');
    await page.field('Username').fill('Newcomer');
    await page.button('Create an account').click();
    await page.log.waitFor();
    await page.say('/logout');
    await page.sees('You have logged out. See you again!');
  });

  test('takes the code of an invitation out of the address', async () => {
    await room.change('registration', 'invite');
    const code = String((await room.admin({ command: 'invite' }))['code']);
    const guest = await PageUser.open(browser, `${pageOf(room.url)}#invite=${code}`);
    await guest.sees('You have been invited. Choose a username and a password.');
    expect(guest.page.url()).toBe(pageOf(room.url));
    expect(await guest.field('Invitation code').inputValue()).toBe(code);
    await guest.field('Invitation code').fill('another');
    await guest.field('Username').fill('Guest');
    await guest.field('Password').fill(password);
    await guest.button('Create an account').click();
    await guest.sees(/^That invitation is not valid/);
    await guest.field('Invitation code').fill(code);
    await guest.button('Create an account').click();
    await guest.log.waitFor();
    // The way back is a login.
    await room.kick('Guest');
    await guest.field('Password').fill(password);
    await guest.press('Log in again');
    await guest.page.getByText('You have been removed').waitFor({ state: 'detached' });
    // The user of a session that has ended cannot be changed, so a problem with it is one of the whole form.
    await room.kick('Guest');
    await room.admin({ command: 'remove', user: 'Guest' });
    await guest.field('Password').fill(password);
    await guest.press('Log in again');
    await guest.sees(/^There is no user "Guest"/);
    await guest.leave();
    await room.change('registration', 'open');
  });

  test('counts the tries, and then the seconds of a login block', async () => {
    await room.register('Locked', 'Other');
    for (const left of ['2 more tries', '1 more try']) {
      await page.logIn('Locked', 'mistyped');
      await page.sees(`Wrong password. You have ${left}.`);
    }
    await page.logIn('Locked', 'mistyped');
    await page.sees(
      /^Logins as this user from your network are blocked after wrong passwords. Try again in \d+:\d\d.$/,
    );
    await page.field('Username').fill('Other');
    await page.page.getByText('Logins as this user').waitFor({ state: 'detached' });
    await page.logIn('Other');
    await page.log.waitFor();
    await page.say('/logout');
    await page.sees('You have logged out. See you again!');
  });

  test('says that the room is full, and that a user is suspended', async () => {
    await room.register('First', 'Second');
    const first = await room.enter('First');
    await room.change('maxCon', 1);
    await page.logIn('Second');
    await page.sees('The room is full, so you cannot log in now. Please try again later.');
    await page.press('Create an account');
    await page.field('Username').fill('Third');
    await page.field('Password').fill(password);
    await page.button('Create an account').click();
    await page.sees('You have registered "Third". You can now log in.');
    await page.sees('The room is full, so you cannot log in now. Please try again later.');
    await room.change('maxCon', 100);
    await page.press('Log in');
    await page.log.waitFor();
    await page.say('/logout');
    await first.get('logout', {});
    await room.admin({ command: 'suspend', user: 'Second' });
    await page.logIn('Second');
    await page.sees('This user has been suspended by the administrator.');
    await room.admin({ command: 'unsuspend', user: 'Second' });
    await page.logIn('Second');
    await page.log.waitFor();
    await page.say('/logout');
    await page.sees('You have logged out. See you again!');
  });

  test('goes on trying while the room does not admit it, until the user cancels', async () => {
    await room.register('Patient');
    const patient = await PageUser.open(browser, room.url);
    patient.visitor.expectProblem(/Unexpected response code: 503/);
    const trying = patient.page.getByText(/^The room cannot be reached\. .* Trying again for some minutes/);
    await room.admin({ command: 'stop', message: 'Back soon.' });
    await patient.logIn('Patient');
    await trying.waitFor();
    await patient.press('Cancel');
    await trying.waitFor({ state: 'detached' });
    await room.admin({ command: 'start' });
    await patient.logIn('Patient', 'mistyped');
    await patient.sees(/^Wrong password/);
    // Now it has a connection, and loses it.
    await room.admin({ command: 'stop', message: 'Back soon.' });
    await patient.press('Log in');
    await trying.waitFor();
    await patient.press('Cancel');
    await trying.waitFor({ state: 'detached' });
    await patient.logIn('Patient');
    await trying.waitFor();
    await room.admin({ command: 'start' });
    await patient.log.waitFor();
    await patient.leave();
  });

  test('asks for a new password after a reset, and changes one later', async () => {
    await room.register('Forgetful');
    const { password: once } = await room.admin({ command: 'reset-password', user: 'Forgetful' });
    await page.logIn('Forgetful', String(once));
    await page.sees('That password is good for one login. Choose another one to log in.');
    await page.field('Username').fill('Another');
    await page.field('New password').waitFor({ state: 'detached' });
    await page.field('Username').fill('Forgetful');
    await page.field('New password').fill('another secret');
    await page.press('Log in');
    await page.log.waitFor();
    await page.press('Your account');
    await page.press('Change password');
    await page.field('Old password').fill('mistyped');
    await page.field('New password').fill('a third secret');
    await page.page.getByRole('dialog').getByRole('button', { name: 'Change password' }).click();
    await page.sees(/^Wrong password/);
    await page.field('Old password').fill('another secret');
    await page.page.getByRole('dialog').getByRole('button', { name: 'Change password' }).click();
    await page.page.getByRole('dialog').getByText('You have changed your password.').waitFor();
    await page.press('Close');
    await page.page.reload();
    await page.log.waitFor();
    await page.press('Your account');
    await page.press('Log out');
    await page.logIn('Forgetful', 'a third secret');
    await page.log.waitFor();
    // The page asks before it logs out.
    for (const answer of ['Cancel', 'Log out and delete account']) {
      await page.press('Your account');
      await page.press('Delete account');
      const dialog = page.page.getByRole('dialog', { name: 'Delete account' });
      await dialog.getByText(/This cannot be undone.$/).waitFor();
      await dialog.getByRole('button', { name: answer }).click();
    }
    await page.sees(/^Your account is deleted at once, with .* What you have sent to others and to everyone stays\./);
    expect(await page.field('Username').inputValue()).toBe('Forgetful');
    await page.field('Password').fill('a third secret');
    await page.press('Delete account');
    await page.sees('The account "Forgetful" has been deleted.');
  });
});
