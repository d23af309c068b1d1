// The preset hardened-mx for servers that write as somebody at client.example, whose mail can be answered.
import { presetSettings } from '../../core/contract/presets.ts';
import type { Settings } from '../../core/contract/settings/settings.ts';

export function hardened(): Settings {
  const settings = presetSettings('hardened-mx');
  const zone = 'client.example MX 10 mx.client.example\nmx.client.example A 192.0.2.25';
  return { ...settings, dns: { ...settings.dns, zone } };
}
