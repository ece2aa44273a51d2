// The question as code, to be copied.

import type { AskableAnswer } from '@flightdeck/admin-api';
import { ActionIcon, Code as Block, CopyButton, Tabs, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { Section } from '../../parts/section.tsx';
import type { Instance } from './draft.ts';
import { languages, requestCode } from './request-code.ts';

interface CodeProps {
  readonly askable: AskableAnswer;
  readonly endpoint: string;
  readonly instance: Instance;
}

export function Code({ askable: { url, needsKey }, endpoint, instance }: CodeProps) {
  return (
    <Section
      title="The same as code"
      note={
        needsKey ? 'Put your own key of serving into the variable SERVING_KEY.' : 'No key is needed here.'
      }
    >
      <Tabs defaultValue="curl" keepMounted={false}>
        <Tabs.List>
          {languages.map((language) => (
            <Tabs.Tab key={language} value={language}>
              {language}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {languages.map((language) => (
          <Tabs.Panel key={language} value={language} pt="xs" pos="relative">
            <Copy text={requestCode(language, { url, endpoint, needsKey, instance })} name={language} />
            <Block block tabIndex={0} aria-label={`The request in ${language}`}>
              {requestCode(language, { url, endpoint, needsKey, instance })}
            </Block>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Section>
  );
}

function Copy({ text, name }: { readonly text: string; readonly name: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : 'Copy'}>
          <ActionIcon
            variant="default"
            pos="absolute"
            right={8}
            top={18}
            aria-label={copied ? `Copied ${name}` : `Copy ${name}`}
            onClick={copy}
          >
            {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
